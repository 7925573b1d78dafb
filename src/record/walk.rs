//! One walk over a record, down the wanted paths only, noting where their values stand.

use super::cursor::{Cursor, Fault, Quick, Token};
use super::text::{is_atom, unescaped};
use super::tree::{Fit, Node, NodeId, Tree};

/// Where a value stands in the text; both ends 0 when there is none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Found {
    start: usize,
    end: usize,
    /// Whether there may be an escape in it.
    escapes: bool,
}

/// A value as it stands in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Raw<'d> {
    /// All of it, without white space around it; empty when there is none.
    pub(super) bytes: &'d [u8],
    /// Whether there may be an escape in it.
    pub(super) escapes: bool,
}

/// Walks one record at a time.
#[derive(Debug)]
pub(super) struct Walk {
    tree: Tree,
    notes: Notes,
}

/// What was found in one record, by node.
#[derive(Debug)]
struct Notes {
    found: Vec<Found>,
    /// How well the key fitted that led there.
    fits: Vec<Fit>,
}

impl Walk {
    pub(super) fn new(tree: Tree) -> Self {
        let nodes = tree.len();
        Self { tree, notes: Notes { found: vec![Found::default(); nodes], fits: vec![Fit::None; nodes] } }
    }

    /// Walks the record whose `{` was taken, and takes its `}`.
    #[inline]
    pub(super) fn record(&mut self, cursor: &mut Cursor<'_>, open: Token) -> Result<(), Fault> {
        let Self { tree, notes } = self;
        notes.forget(tree, 0);
        if cursor.begin_quick() {
            let depth = cursor.depth();
            if let Some(end) = notes.quick_container(tree, cursor, open, 0)
                && cursor.end_quick(end)
            {
                notes.found[0] = Found { start: open.at, end, escapes: true };
                return Ok(());
            }
            // Irregular or broken: token by token it becomes clear which.
            cursor.go_back(open, depth);
            notes.forget(tree, 0);
        }
        let end = notes.object(tree, cursor, open, 0)?;
        notes.found[0] = Found { start: open.at, end, escapes: true };
        Ok(())
    }

    /// A node's value in the last record, which stands in `text`.
    #[inline(always)]
    pub(super) fn raw<'d>(&self, text: &'d [u8], node: NodeId) -> Raw<'d> {
        let Found { start, end, escapes } = self.notes.found[node];
        Raw { bytes: text.get(start..end).unwrap_or_default(), escapes }
    }
}

/// The walk token by token.
impl Notes {
    /// Drops what was noted of a node and its descendants.
    #[inline(always)]
    fn forget(&mut self, tree: &Tree, id: NodeId) {
        let end = tree.node(id).end;
        self.found[id..end].fill(Found::default());
        self.fits[id..end].fill(Fit::None);
    }

    /// Remembers the fit of a key that leads to a node, in place of an earlier one.
    #[inline(always)]
    fn replace(&mut self, tree: &Tree, id: NodeId, fit: Fit) {
        if self.fits[id] != Fit::None {
            self.forget(tree, id);
        }
        self.fits[id] = fit;
    }

    fn object(&mut self, tree: &Tree, cursor: &mut Cursor<'_>, open: Token, id: NodeId) -> Result<usize, Fault> {
        cursor.enter();
        let mut token = cursor.next();
        if token.byte == b'}' {
            return cursor.leave(open, token);
        }
        loop {
            let (key, value) = member(cursor, token)?;
            let after = self.member(tree, cursor, tree.node(id), key, value)?;
            if after.byte != b',' {
                return cursor.leave(open, after);
            }
            token = cursor.next();
        }
    }

    /// Takes a member's value, noting it for every step that fits the key.
    fn member(
        &mut self,
        tree: &Tree,
        cursor: &mut Cursor<'_>,
        node: &Node,
        key: &[u8],
        value: Token,
    ) -> Result<Token, Fault> {
        let key = unescaped(key);
        let mut fitting = None;
        for member in node.candidates(&key) {
            let fit = member.fit(&key);
            if fit == Fit::None || fit < self.fits[member.node] {
                continue;
            }
            // Two steps that one key fits are rare (`tag` beside `Tag`): walk the value again for each.
            if let Some((node, fit)) = fitting.replace((member.node, fit)) {
                let mut again = cursor.clone();
                if self.take(tree, &mut again, node, fit, value).is_err() {
                    *cursor = again;
                    return Err(Fault);
                }
            }
        }
        match fitting {
            Some((node, fit)) => self.take(tree, cursor, node, fit, value),
            None => pass(cursor, value),
        }
    }

    /// Notes a value and goes into it as far as the node's descendants do.
    fn take(
        &mut self,
        tree: &Tree,
        cursor: &mut Cursor<'_>,
        id: NodeId,
        fit: Fit,
        value: Token,
    ) -> Result<Token, Fault> {
        self.replace(tree, id, fit);
        let node = tree.node(id);
        let end = match value.byte {
            b'{' if node.has_members() => self.object(tree, cursor, value, id)?,
            b'[' if node.has_elements() => self.array(tree, cursor, value, id)?,
            b'{' | b'[' => cursor.skip(value)?,
            _ => {
                let after = cursor.next();
                let end = scalar(cursor, value, after)?;
                self.found[id] = Found { start: value.at, end, escapes: true };
                return Ok(after);
            }
        };
        self.found[id] = Found { start: value.at, end, escapes: true };
        Ok(cursor.next())
    }

    fn array(&mut self, tree: &Tree, cursor: &mut Cursor<'_>, open: Token, id: NodeId) -> Result<usize, Fault> {
        cursor.enter();
        let mut token = cursor.next();
        if token.byte == b']' {
            return cursor.leave(open, token);
        }
        let mut index = 0;
        loop {
            let after = match tree.node(id).element(index) {
                Some(node) => self.take(tree, cursor, node, Fit::Exact, token)?,
                None => pass(cursor, token)?,
            };
            if after.byte != b',' {
                return cursor.leave(open, after);
            }
            token = cursor.next();
            index += 1;
        }
    }
}

/// The quick walk, which looks at punctuation alone. That is enough where the text is regular. It gives up, with
/// None, wherever it is not sure; nothing it noted counts then.
impl Notes {
    /// Takes the container whose bracket `open` was taken, going into it as far as the node's descendants do.
    /// Gives the position after it.
    #[inline(always)]
    fn quick_container(&mut self, tree: &Tree, cursor: &mut Cursor<'_>, open: Token, id: NodeId) -> Option<usize> {
        let node = tree.node(id);
        match open.byte {
            b'{' if node.has_members() => self.quick_object(tree, cursor, open, node),
            b'[' if node.has_elements() => self.quick_array(tree, cursor, open, node),
            _ => cursor.quick_skip(open),
        }
    }

    fn quick_object(&mut self, tree: &Tree, cursor: &mut Cursor<'_>, open: Token, node: &Node) -> Option<usize> {
        cursor.enter();
        let mut quick = cursor.quick();
        let mut token = cursor.quick_next(&mut quick);
        if token.byte == b'}' && token.at == open.at + 1 {
            return cursor.quick_leave(quick, token);
        }
        let mut before = open.at;
        loop {
            if token.byte != b':' {
                return None;
            }
            let colon = token.at;
            // Between the quotes: a regular comma or bracket has the opening one next to it, a colon the closing one.
            let key = cursor.text().get(before + 2..colon - 1)?;
            let value = *cursor.text().get(colon + 1)?;
            token = cursor.quick_next(&mut quick);
            let mut fitting = None;
            for member in node.candidates(key) {
                let fit = member.fit(key);
                // One key for two steps is left to the other walk.
                if fit != Fit::None && fitting.replace((member.node, fit)).is_some() {
                    return None;
                }
            }
            token = match fitting {
                Some((id, fit)) if fit >= self.fits[id] => {
                    self.replace(tree, id, fit);
                    self.quick_take(tree, cursor, &mut quick, colon, token, id)?
                }
                _ if value == b'"' => token,
                _ => quick_pass(cursor, &mut quick, colon, token)?,
            };
            if token.byte != b',' {
                return if token.byte == b'}' { cursor.quick_leave(quick, token) } else { None };
            }
            before = token.at;
            token = cursor.quick_next(&mut quick);
        }
    }

    fn quick_array(&mut self, tree: &Tree, cursor: &mut Cursor<'_>, open: Token, node: &Node) -> Option<usize> {
        cursor.enter();
        let mut quick = cursor.quick();
        let mut token = cursor.quick_next(&mut quick);
        if token.byte == b']' && token.at == open.at + 1 {
            return cursor.quick_leave(quick, token);
        }
        let mut before = open.at;
        let mut index = 0;
        loop {
            token = match node.element(index) {
                Some(id) => {
                    self.replace(tree, id, Fit::Exact);
                    self.quick_take(tree, cursor, &mut quick, before, token, id)?
                }
                None => quick_pass(cursor, &mut quick, before, token)?,
            };
            if token.byte != b',' {
                return if token.byte == b']' { cursor.quick_leave(quick, token) } else { None };
            }
            before = token.at;
            token = cursor.quick_next(&mut quick);
            index += 1;
        }
    }

    /// Notes the value that stands behind the punctuation at `before`, when `next` is the punctuation after that.
    /// Gives the punctuation after the value.
    #[inline]
    fn quick_take(
        &mut self,
        tree: &Tree,
        cursor: &mut Cursor<'_>,
        quick: &mut Quick,
        before: usize,
        next: Token,
        id: NodeId,
    ) -> Option<Token> {
        let start = before + 1;
        if next.at != start {
            let end = next.at;
            self.found[id] = Found { start, end, escapes: cursor.may_have_escapes(start, end) };
            return quick_pass(cursor, quick, before, next);
        }
        cursor.put(*quick);
        let end = self.quick_container(tree, cursor, next, id)?;
        *quick = cursor.quick();
        self.found[id] = Found { start, end, escapes: true };
        Some(cursor.quick_next(quick))
    }
}

/// Passes the value that stands behind the punctuation at `before`, when `next` is the punctuation after that.
#[inline]
fn quick_pass(cursor: &mut Cursor<'_>, quick: &mut Quick, before: usize, next: Token) -> Option<Token> {
    let raw = cursor.text().get(before + 1..next.at)?;
    match raw.first() {
        Some(b'"') => Some(next),
        Some(_) => is_atom(raw).then_some(next),
        None => {
            cursor.put(*quick);
            cursor.quick_skip(next)?;
            *quick = cursor.quick();
            Some(cursor.quick_next(quick))
        }
    }
}

/// From a key's opening quote to the first byte of its value: the key, still escaped, and the value's token.
#[inline(always)]
pub(super) fn member<'d>(cursor: &mut Cursor<'d>, quote: Token) -> Result<(&'d [u8], Token), Fault> {
    if quote.byte != b'"' {
        return Err(cursor.fault(quote, "a key in double quotes"));
    }
    let colon = cursor.next();
    if colon.byte != b':' {
        return Err(cursor.fault(colon, "`:`"));
    }
    let end = cursor.end_of(quote, colon);
    let key = cursor.text().get(quote.at + 1..end - 1).unwrap_or_default();
    Ok((key, cursor.next()))
}

/// Takes a value that nobody asked for; gives the token after it.
#[inline(always)]
pub(super) fn pass(cursor: &mut Cursor<'_>, value: Token) -> Result<Token, Fault> {
    match value.byte {
        b'"' => Ok(cursor.next()),
        b'{' | b'[' => {
            cursor.skip(value)?;
            Ok(cursor.next())
        }
        _ => {
            let after = cursor.next();
            scalar(cursor, value, after)?;
            Ok(after)
        }
    }
}

/// Where a scalar ends, checked, when `after` is the token that follows it.
#[inline(always)]
pub(super) fn scalar(cursor: &mut Cursor<'_>, value: Token, after: Token) -> Result<usize, Fault> {
    let end = cursor.end_of(value, after);
    if value.byte != b'"' {
        cursor.atom(value, end)?;
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::build::tests::{leaf, read, take};
    use super::super::{Builder, Limits, Needle, Progress, Sieve, parse_time, skim};
    use crate::schema::{Kind, Leaf, Step};

    /// A value, and one way to write it.
    #[derive(Debug, Clone)]
    struct Written {
        raw: String,
        value: Value,
    }

    #[derive(Debug, Clone)]
    enum Value {
        Null,
        Bool(bool),
        Number,
        Text(String),
        Array(Vec<Written>),
        Object(Vec<(String, Written)>),
    }

    /// Mostly nothing, as CloudTrail writes it; so rarely anything that often it is the only place in the document.
    fn blank() -> impl Strategy<Value = &'static str> {
        prop_oneof![120 => Just(""), 1 => Just(" "), 1 => Just("\r\n"), 1 => Just("\t  ")]
    }

    /// A text, and one way to escape it.
    fn text() -> impl Strategy<Value = (String, String)> {
        let piece = prop_oneof![
            8 => "[a-z,:{}\\[\\] .-]{0,9}".prop_map(|text| (text.clone(), text)),
            1 => "[a-z,{}]{60,140}".prop_map(|text| (text.clone(), text)),
            1 => Just(("é😀".to_owned(), "é😀".to_owned())),
            1 => Just(("\"".to_owned(), "\\\"".to_owned())),
            1 => Just(("\\".to_owned(), "\\\\".to_owned())),
            1 => Just(("a&\n".to_owned(), "\\u0061\\u0026\\n".to_owned())),
            1 => Just(("😀".to_owned(), "\\ud83d\\uDE00".to_owned())),
            1 => prop_oneof![Just("true"), Just("False"), Just("null"), Just("2022-09-29T23:04:35Z")]
                .prop_map(|text| (text.to_owned(), text.to_owned())),
        ];
        vec(piece, 0..4)
            .prop_map(|pieces| pieces.into_iter().unzip::<_, _, Vec<_>, Vec<_>>())
            .prop_map(|(texts, raws)| (texts.concat(), raws.concat()))
    }

    /// Few different keys, so that duplicates and neighbours in case are frequent.
    fn key() -> impl Strategy<Value = (String, String)> {
        prop_oneof![
            8 => prop_oneof![
                Just("a"), Just("A"), Just("tag"), Just("Tag"), Just("0"), Just("1"), Just("eventName"), Just("eventname"),
            ].prop_map(|key| (key.to_owned(), key.to_owned())),
            1 => Just(("tag".to_owned(), "t\\u0061g".to_owned())),
            1 => Just(("\"a".to_owned(), "\\\"a".to_owned())),
            2 => text(),
        ]
    }

    fn object(value: impl Strategy<Value = Written>) -> impl Strategy<Value = Written> {
        vec(((key(), blank(), blank()), (value, blank(), blank())), 0..6).prop_map(|members| {
            let raw =
                members.iter().map(|((key, a, b), (value, c, d))| format!("{a}\"{}\"{b}:{c}{}{d}", key.1, value.raw));
            let raw = format!("{{{}}}", raw.collect::<Vec<_>>().join(","));
            let members = members.into_iter().map(|((key, ..), (value, ..))| (key.0, value));
            Written { raw, value: Value::Object(members.collect()) }
        })
    }

    fn value() -> impl Strategy<Value = Written> {
        let scalar = prop_oneof![
            Just(Written { raw: "null".to_owned(), value: Value::Null }),
            any::<bool>().prop_map(|bool| Written { raw: bool.to_string(), value: Value::Bool(bool) }),
            prop_oneof![Just("0"), Just("-12.50e+3"), Just("123456789012345678901234567890")]
                .prop_map(|raw| Written { raw: raw.to_owned(), value: Value::Number }),
            text().prop_map(|(text, raw)| Written { raw: format!("\"{raw}\""), value: Value::Text(text) }),
        ];
        scalar.prop_recursive(4, 40, 6, |inner| {
            let array = vec((inner.clone(), blank(), blank()), 0..5).prop_map(|elements| {
                let raw = elements.iter().map(|(element, a, b)| format!("{a}{}{b}", element.raw));
                let raw = format!("[{}]", raw.collect::<Vec<_>>().join(","));
                Written { raw, value: Value::Array(elements.into_iter().map(|(element, ..)| element).collect()) }
            });
            prop_oneof![2 => object(inner), 1 => array]
        })
    }

    fn path() -> impl Strategy<Value = Vec<Step>> {
        let name = prop_oneof![Just("a"), Just("A"), Just("tag"), Just("Tag"), Just("0"), Just("eventName"), Just("x")];
        let step = prop_oneof![
            3 => name.clone().prop_map(|name| Step::Key(name.into())),
            1 => name.prop_map(|name| Step::ExactKey(name.into())),
            1 => (0_usize..3).prop_map(Step::Index),
        ];
        vec(step, 0..4)
    }

    fn leaves() -> impl Strategy<Value = Vec<Leaf>> {
        let kind = prop_oneof![
            Just(Kind::Text),
            Just(Kind::Scalar),
            Just(Kind::Json),
            Just(Kind::Numeral),
            Just(Kind::Flag),
            Just(Kind::Time),
        ];
        vec((path(), kind).prop_map(|(path, kind)| Leaf { path, kind }), 0..6)
    }

    fn find<'w>(record: &'w Written, path: &[Step]) -> Option<&'w Written> {
        path.iter().try_fold(record, |at, step| match (&at.value, step) {
            (Value::Object(members), step) => {
                let last =
                    |fits: &dyn Fn(&str) -> bool| members.iter().rfind(|(key, _)| fits(key)).map(|member| &member.1);
                match step {
                    Step::Key(name) => {
                        last(&|key| *key == **name).or_else(|| last(&|key| key.eq_ignore_ascii_case(name)))
                    }
                    Step::ExactKey(name) => last(&|key| *key == **name),
                    Step::Index(index) => last(&|key| key == index.to_string()),
                }
            }
            (Value::Array(elements), Step::Index(index)) => elements.get(*index),
            _ => None,
        })
    }

    fn expected(record: &Written, leaf: &Leaf) -> Option<String> {
        let found = find(record, &leaf.path)?;
        let text = match &found.value {
            Value::Null => return None,
            Value::Bool(bool) if leaf.kind == Kind::Numeral => u8::from(*bool).to_string(),
            Value::Array(_) | Value::Object(_) if leaf.kind == Kind::Scalar => return None,
            Value::Array(_) | Value::Object(_) if leaf.kind == Kind::Numeral => compact(&found.raw),
            Value::Text(text) if leaf.kind != Kind::Json => match text.to_lowercase() {
                flag if leaf.kind == Kind::Flag && (flag == "true" || flag == "false") => flag,
                _ => text.clone(),
            },
            _ => found.raw.clone(),
        };
        if leaf.kind == Kind::Time { parse_time(&text).map(|ms| ms.to_string()) } else { Some(text) }
    }

    /// JSON text without white space outside its strings.
    fn compact(raw: &str) -> String {
        let (mut inside, mut escaped) = (false, false);
        let kept = raw.chars().filter(|c| {
            let keeps = inside || !c.is_ascii_whitespace();
            inside ^= *c == '"' && !escaped;
            escaped = inside && *c == '\\' && !escaped;
            keeps
        });
        kept.collect()
    }

    /// The same by `serde_json`, which knows nothing of other cases and keeps no numbers as written.
    fn expected_by_serde(record: &str, leaf: &Leaf) -> Option<String> {
        let record: serde_json::Value = serde_json::from_str(record).expect("JSON");
        let found = leaf.path.iter().try_fold(&record, |at, step| match (at, step) {
            (serde_json::Value::Object(members), Step::ExactKey(name)) => members.get(&**name),
            (serde_json::Value::Object(members), Step::Index(index)) => members.get(&index.to_string()),
            (serde_json::Value::Array(elements), Step::Index(index)) => elements.get(*index),
            _ => None,
        });
        found?.as_str().map(str::to_owned)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]

        #[test]
        fn leaves_are_what_a_plain_reading_finds(
            records in vec((object(value()), blank()), 0..5),
            leaves in leaves(),
            chunk in 1_usize..4,
        ) {
            let raws: Vec<String> = records.iter().map(|(record, blank)| format!("{}{blank}", record.raw)).collect();
            let wrapped = format!("{{\"Records\":[{}]}}", raws.join(","));
            let rows: Vec<Vec<Option<String>>> = records
                .iter()
                .map(|(record, _)| leaves.iter().map(|leaf| expected(record, leaf)).collect())
                .collect();
            // Whole, in chunks, as a bare array, one per line.
            for (document, chunk) in [
                (wrapped.clone(), usize::MAX),
                (wrapped, chunk),
                (format!("[{}]", raws.join(",")), chunk),
                (raws.join("\n"), chunk),
            ] {
                if document.is_empty() {
                    continue;
                }
                let (read, tallies) = read(&[document.as_bytes()], &leaves, chunk);
                prop_assert!(tallies[0].is_ok(), "{:?} {}", tallies, document);
                prop_assert_eq!(&read, &rows, "{}", document);
            }
        }

        #[test]
        fn records_taken_singly_are_those_of_the_whole(
            records in vec((object(value()), blank(), any::<bool>()), 0..6),
            leaves in leaves(),
            chunk in 1_usize..4,
        ) {
            let raws: Vec<String> = records.iter().map(|(record, blank, _)| format!("{}{blank}", record.raw)).collect();
            let document = format!("{{\"Records\":[{}]}}", raws.join(","));
            let mut extents = skim(document.as_bytes()).expect("a plain delivery").records;
            prop_assert_eq!(extents.len(), records.len());
            let mut chosen = records.iter().map(|(.., chosen)| *chosen);
            extents.retain(|_| chosen.next() == Some(true));
            let rows = records.iter().filter(|(.., chosen)| *chosen);
            let rows: Vec<Vec<Option<String>>> =
                rows.map(|(record, ..)| leaves.iter().map(|leaf| expected(record, leaf)).collect()).collect();
            let mut builder = Builder::new(&leaves, Limits::default());
            let mut reading = builder.read_some(document.as_bytes(), &extents);
            let mut read = Vec::new();
            while builder.fill(&mut reading, chunk) == Ok(Progress::Full) {
                take(&mut builder, &mut read);
            }
            take(&mut builder, &mut read);
            prop_assert_eq!(read, rows, "{}", document);
        }

        #[test]
        fn a_sieve_never_loses_a_record(
            values in vec(value(), 1..6),
            at in any::<prop::sample::Index>(),
            start in any::<prop::sample::Index>(),
        ) {
            let raws: Vec<String> = values.iter().map(|value| format!("{{\"x\":{}}}", value.raw)).collect();
            let document = format!("{{\"Records\":[{}]}}", raws.join(","));
            let at = at.index(values.len());
            let leaf = leaf("x", Kind::Text);
            let whole = expected(&Written { raw: String::new(), value: Value::Object(vec![("x".to_owned(), values[at].clone())]) }, &leaf);
            let Some(whole) = whole else { return Ok(()) };
            // Any part of it, too.
            let starts: Vec<usize> = whole.char_indices().map(|(at, _)| at).chain([whole.len()]).collect();
            let part = &whole[starts[start.index(starts.len())]..];
            let is_string = matches!(values[at].value, Value::Text(_));
            let needles = [Needle::within(&whole), Needle::within(part), Needle::whole(&whole).filter(|_| is_string)];
            for needle in needles.into_iter().flatten() {
                let sieve = Sieve::new(&[vec![needle.clone()]], None).expect("a clause");
                let mut skimmed = skim(document.as_bytes()).expect("a plain delivery");
                sieve.narrow(document.as_bytes(), &mut skimmed);
                prop_assert!(skimmed.records.iter().any(|extent| extent.ordinal == at as u64), "{} {}", needle, document);
            }
        }

        #[test]
        fn serde_json_finds_the_same_texts(record in object(value()), path in path()) {
            let exact = |step| if let Step::Key(name) = step { Step::ExactKey(name) } else { step };
            let leaf = Leaf { path: path.into_iter().map(exact).collect(), kind: Kind::Text };
            let (read, _) = read(&[format!("[{}]", record.raw).as_bytes()], std::slice::from_ref(&leaf), 1);
            if let Some(text) = expected_by_serde(&record.raw, &leaf) {
                prop_assert_eq!(&read, &[[Some(text)]]);
            }
            let extracted = super::super::extract(&record.raw, &leaf.path, Kind::Text);
            prop_assert_eq!(extracted.as_deref(), read[0][0].as_deref());
        }

        #[test]
        fn extract_finds_what_the_scan_finds(record in value(), leaves in leaves()) {
            for leaf in leaves.iter().filter(|leaf| leaf.kind != Kind::Time) {
                let extracted = super::super::extract(&record.raw, &leaf.path, leaf.kind);
                prop_assert_eq!(extracted.map(|text| text.into_owned()), expected(&record, leaf));
            }
        }

        #[test]
        fn every_prefix_is_an_error(record in object(value()), leaves in leaves(), cut in 0.0..1.0) {
            let document = format!("{{\"Records\":[{}]}}", record.raw);
            let cut = (document.len() as f64 * cut) as usize;
            let (read, tallies) = read(&[&document.as_bytes()[..cut]], &leaves, 1);
            prop_assert!(tallies[0].is_err(), "{}", &document[..document.floor_char_boundary(cut)]);
            prop_assert!(read.is_empty());
        }

        #[test]
        fn a_changed_byte_never_makes_sound_json_an_error(
            records in vec(object(value()), 1..4),
            at in 0.0..1.0,
            byte: u8,
            leaves in leaves(),
        ) {
            let raws: Vec<String> = records.into_iter().map(|record| record.raw).collect();
            let mut document = format!("{{\"Records\":[{}]}}", raws.join(",")).into_bytes();
            let at = (document.len() as f64 * at) as usize;
            document[at] = byte;
            let (read, tallies) = read(&[&document], &leaves, 2);
            match serde_json::from_slice::<serde_json::Value>(&document) {
                Ok(value) if value["Records"].is_array() => {
                    let objects = value["Records"].as_array().expect("array").iter().filter(|record| record.is_object());
                    prop_assert_eq!(read.len(), objects.count(), "{:?} {}", tallies, String::from_utf8_lossy(&document));
                }
                _ => {}
            }
            prop_assert!(tallies[0].is_ok() || read.is_empty());
        }
    }

    #[test]
    fn two_steps_may_fit_one_key() {
        let record = br#"[{"Tag":{"x":1},"tag":{"x":2},"TAG":{"x":3}}]"#;
        let exact = Leaf { path: vec![Step::ExactKey("tag".into()), Step::Key("X".into())], kind: Kind::Text };
        let leaves = [leaf("tag.x", Kind::Text), leaf("Tag", Kind::Json), exact, leaf("tAG.x", Kind::Text)];
        let (read, _) = read(&[record], &leaves, 1);
        assert_eq!(read, [["2", r#"{"x":1}"#, "2", "3"].map(|text| Some(text.to_owned()))]);
    }

    #[test]
    fn a_later_duplicate_hides_everything_of_the_earlier_one() {
        let record = br#"[{"a":{"x":1,"y":2},"a":{"x":3}},{"a":{"x":1},"a":7},{"A":{"x":4},"a":{"y":1},"A":{"x":5}}]"#;
        let (read, _) = read(&[record], &[leaf("a.x", Kind::Text), leaf("a.y", Kind::Text)], 10);
        let expected = [[Some("3"), None], [None, None], [None, Some("1")]];
        assert_eq!(read, expected.map(|row| row.map(|text| text.map(str::to_owned))));
    }
}
