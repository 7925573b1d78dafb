//! Columns of wanted leaves, filled record by record.

use datafusion::arrow::array::ArrayRef;

use super::column::{Column, Overflow};
use super::cursor::{Cursor, Fault, Token};
use super::reading::{Content, DocumentKind, Elements, Look, Place, Reading, Tally, look, look_after};
use super::skim::Extent;
use super::text::unescape;
use super::tree::{NodeId, Tree};
use super::walk::{Walk, pass};
use super::{Error, Limits};
use crate::schema::{Leaf, Step};

/// Columns of the wanted leaves of many documents, one row per record.
#[derive(Debug)]
pub struct Builder {
    columns: Vec<Column>,
    walk: Walk,
    events: Events,
    limits: Limits,
    rows: usize,
    /// Rows of the document at hand among them.
    document_rows: usize,
    /// Bytes in text columns.
    text_bytes: usize,
}

/// Where `lookup-events` hides a record.
#[derive(Debug)]
struct Events {
    walk: Walk,
    node: NodeId,
    /// One record, unescaped.
    text: Vec<u8>,
}

/// How far [`Builder::fill`] came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// There are as many rows as asked for, or about 64 MiB of text: take them, then go on.
    Full,
    /// The document is at its end.
    Done(Tally),
}

impl Builder {
    /// Empty columns for these leaves, in this order.
    #[must_use]
    pub fn new(leaves: &[Leaf], limits: Limits) -> Self {
        let (tree, nodes) = Tree::of(leaves);
        let columns = leaves.iter().zip(nodes).map(|(leaf, node)| Column::new(node, leaf.kind)).collect();
        let path = [Step::ExactKey("CloudTrailEvent".into())];
        let (inner, inner_nodes) = Tree::new([path.as_slice()]);
        let events = Events { walk: Walk::new(inner), node: inner_nodes[0], text: Vec::new() };
        Self { columns, walk: Walk::new(tree), events, limits, rows: 0, document_rows: 0, text_bytes: 0 }
    }

    /// Begins with a document, which is what [`Inflater::inflate`](super::Inflater::inflate) gives for one log file.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NotJson`].
    pub fn read<'d>(&mut self, document: &'d [u8]) -> Result<Reading<'d>, Error> {
        match document.trim_ascii_start().first() {
            None => return Err(Error::Empty),
            Some(b'{' | b'[') => {}
            Some(byte) => return Err(Error::NotJson { found: found(*byte) }),
        }
        self.document_rows = 0;
        Ok(Reading::new(Cursor::new(document, self.limits)))
    }

    /// Begins with some records of a document, which is all that is read of it; the document is one that
    /// [`skim`](super::skim()) took, and these are among the records it found.
    pub fn read_some<'d>(&mut self, document: &'d [u8], records: &'d [Extent]) -> Reading<'d> {
        self.document_rows = 0;
        Reading { selected: Some(records), ..Reading::new(Cursor::new(document, self.limits)) }
    }

    /// Appends records until there are `rows` rows (at least one) or about 64 MiB of text, or the document ends.
    ///
    /// A document gives all of its rows or none: before it pauses for the first time, what is left of the document
    /// is walked to its end.
    ///
    /// # Errors
    /// Every [`Error`] of the text; the rows of this document are taken back then.
    pub fn fill(&mut self, reading: &mut Reading<'_>, rows: usize) -> Result<Progress, Error> {
        let sound = self.run(reading, Some(rows.max(1))).and_then(|progress| {
            if progress == Progress::Full && !reading.verified {
                self.run(&mut reading.clone(), None)?;
                reading.verified = true;
            }
            Ok(progress)
        });
        if sound.is_err() {
            self.take_back();
        }
        sound
    }

    /// Rows so far.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// One array per leaf, in their order: text as UTF-8, times as UTC milliseconds, ordinals as 64 bits. No rows
    /// are left.
    pub fn finish(&mut self) -> Vec<ArrayRef> {
        let rows = std::mem::take(&mut self.rows);
        (self.document_rows, self.text_bytes) = (0, 0);
        self.columns.iter_mut().map(|column| column.finish(rows)).collect()
    }

    /// Goes through a document, appending until there are `rows` rows. Without `rows` nothing is appended and the
    /// document is only looked at.
    fn run(&mut self, reading: &mut Reading<'_>, rows: Option<usize>) -> Result<Progress, Error> {
        let full = |builder: &Self| rows.is_some_and(|rows| builder.rows >= rows || builder.text_bytes >= TEXT_BYTES);
        let keep = rows.is_some();
        while let Some(records) = reading.selected {
            let Some((record, rest)) = records.split_first() else { return Ok(Progress::Done(reading.tally)) };
            if full(self) {
                return Ok(Progress::Full);
            }
            self.selected(reading, *record, keep)?;
            reading.selected = Some(rest);
        }
        loop {
            let step = match reading.place {
                Place::Top => {
                    let token = reading.pending.take().unwrap_or_else(|| reading.cursor.next());
                    if reading.cursor.at_end(token) {
                        return Ok(Progress::Done(reading.tally()));
                    }
                    if full(self) {
                        reading.pending = Some(token);
                        return Ok(Progress::Full);
                    }
                    self.document(reading, token, keep)
                }
                Place::Elements(_) if full(self) => return Ok(Progress::Full),
                Place::Elements(elements) => self.element(reading, elements, keep),
                Place::Wrapper(open) => look_after(&mut reading.cursor, open)
                    .map(|look| reading.place = place_after(&mut reading.cursor, open, look))
                    .map_err(Stop::from),
            };
            step.map_err(|stop| match stop {
                Stop::Fault => reading.cursor.error(),
                Stop::Overflow => Error::TooLarge { limit: i32::MAX as u64 },
            })?;
        }
    }

    /// One record of which it is known where it stands.
    fn selected(&mut self, reading: &mut Reading<'_>, record: Extent, keep: bool) -> Result<(), Error> {
        let document = reading.cursor.text();
        let text = document.get(record.start..record.end).unwrap_or_default();
        // The document's object and its array are open around it.
        let mut cursor = Cursor::new(
            text,
            Limits { depth: self.limits.depth.min(Limits::DEEPEST).saturating_sub(2), ..self.limits },
        );
        let open = cursor.next();
        if self.walk.record(&mut cursor, open).is_err() || cursor.next().at != text.len() {
            // Where it broke is told by the place in the whole document.
            self.run(&mut Reading::new(Cursor::new(document, self.limits)), None)?;
            return Err(cursor.error());
        }
        if keep {
            let is_utf8 = cursor.is_utf8();
            let appended = self.append(text, is_utf8, record.ordinal);
            appended.map_err(|Overflow| Error::TooLarge { limit: i32::MAX as u64 })?;
        }
        reading.tally.records += 1;
        Ok(())
    }

    /// Begins with one document of the text.
    fn document(&mut self, reading: &mut Reading<'_>, token: Token, keep: bool) -> Result<(), Stop> {
        if token.byte == b'[' {
            reading.cursor.enter();
            let content = Content::Unknown;
            reading.place = Place::Elements(Elements { open: token, wrapper: None, content, first: true });
            return Ok(());
        }
        if token.byte != b'{' {
            return Err(reading.cursor.fault(token, "`{`, `[` or the end").into());
        }
        let before = reading.cursor.clone();
        let look = look(&mut reading.cursor, token, true)?;
        let Look::End(signs) = look else {
            reading.place = place_after(&mut reading.cursor, token, look);
            return Ok(());
        };
        match signs.kind() {
            None => {}
            Some(DocumentKind::Records) => {
                reading.cursor = before;
                self.record(reading, token, keep)?;
            }
            Some(kind) => reading.note(kind),
        }
        Ok(())
    }

    /// One element of an array of records, and what follows it.
    #[inline]
    fn element(&mut self, reading: &mut Reading<'_>, elements: Elements, keep: bool) -> Result<(), Stop> {
        let mut elements = elements;
        let token = reading.cursor.next();
        let after = match (token.byte, elements.content) {
            (b']', _) if elements.first => token,
            (b'{', Content::Records) => {
                self.record(reading, token, keep)?;
                reading.cursor.next()
            }
            (b'{', Content::Events) => {
                self.event(reading, token, keep)?;
                reading.cursor.next()
            }
            (b'{', Content::Unknown | Content::Aggregated) => {
                if is_aggregated(&mut reading.cursor, token)? {
                    elements.content = Content::Aggregated;
                    reading.cursor.skip(token)?;
                    reading.note(DocumentKind::Aggregated);
                } else {
                    elements.content = Content::Records;
                    self.record(reading, token, keep)?;
                }
                reading.cursor.next()
            }
            _ => {
                let after = pass(&mut reading.cursor, token)?;
                reading.tally.malformed += 1;
                after
            }
        };
        elements.first = false;
        reading.place = Place::Elements(elements);
        if after.byte != b',' {
            reading.cursor.leave(elements.open, after)?;
            reading.place = elements.wrapper.map_or(Place::Top, Place::Wrapper);
        }
        Ok(())
    }

    /// One record, its bracket `open` taken.
    #[inline]
    fn record(&mut self, reading: &mut Reading<'_>, open: Token, keep: bool) -> Result<(), Stop> {
        self.walk.record(&mut reading.cursor, open)?;
        if keep {
            let is_utf8 = reading.cursor.is_utf8();
            self.append(reading.cursor.text(), is_utf8, reading.tally.records)?;
        }
        reading.tally.records += 1;
        Ok(())
    }

    /// One entry of `lookup-events`, its bracket `open` taken.
    fn event(&mut self, reading: &mut Reading<'_>, open: Token, keep: bool) -> Result<(), Stop> {
        self.events.walk.record(&mut reading.cursor, open)?;
        let mut text = std::mem::take(&mut self.events.text);
        text.clear();
        if let [b'"', inside @ .., b'"'] = self.events.walk.raw(reading.cursor.text(), self.events.node).bytes {
            unescape(inside, &mut text);
        }
        let mut cursor = Cursor::new(&text, self.limits);
        let open = cursor.next();
        let whole = open.byte == b'{' && self.walk.record(&mut cursor, open).is_ok() && cursor.next().at == text.len();
        let appended = match whole {
            true if keep => self.append(&text, true, reading.tally.records),
            _ => Ok(()),
        };
        self.events.text = text;
        let count = if whole { &mut reading.tally.records } else { &mut reading.tally.malformed };
        *count += 1;
        Ok(appended?)
    }

    /// Appends the row of the record just walked.
    #[inline]
    fn append(&mut self, text: &[u8], is_utf8: bool, ordinal: u64) -> Result<(), Overflow> {
        for column in &mut self.columns {
            let raw = self.walk.raw(text, column.node);
            self.text_bytes += column.append(self.rows, raw, is_utf8, ordinal.cast_signed())?;
        }
        self.rows += 1;
        self.document_rows += 1;
        Ok(())
    }

    /// Drops the rows of the document at hand.
    #[cold]
    fn take_back(&mut self) {
        self.rows -= self.document_rows;
        self.document_rows = 0;
        for column in &mut self.columns {
            self.text_bytes -= column.truncate(self.rows);
        }
    }
}

impl Reading<'_> {
    /// Remembers that there is something other than records.
    fn note(&mut self, kind: DocumentKind) {
        self.tally.kind = kind;
    }

    /// What there was; with any record, a document of records.
    fn tally(&self) -> Tally {
        let kind = if self.tally.records > 0 { DocumentKind::Records } else { self.tally.kind };
        Tally { kind, ..self.tally }
    }
}

/// Why a document is given up.
enum Stop {
    Fault,
    Overflow,
}

impl From<Fault> for Stop {
    fn from(_: Fault) -> Self {
        Self::Fault
    }
}

impl From<Overflow> for Stop {
    fn from(_: Overflow) -> Self {
        Self::Overflow
    }
}

/// Where a look at the object `open` leads.
fn place_after(cursor: &mut Cursor<'_>, open: Token, look: Look) -> Place {
    match look {
        Look::End(_) => Place::Top,
        Look::Array(array, content) => {
            cursor.enter();
            Place::Elements(Elements { open: array, wrapper: Some(open), content, first: true })
        }
    }
}

/// Whether an object, its bracket `open` taken, is a summary of data events. The cursor does not move.
fn is_aggregated(cursor: &mut Cursor<'_>, open: Token) -> Result<bool, Fault> {
    let mut ahead = cursor.clone();
    match look(&mut ahead, open, false) {
        Ok(Look::End(signs)) => Ok(signs.kind() == Some(DocumentKind::Aggregated)),
        Ok(Look::Array(..)) => Ok(false),
        Err(fault) => {
            *cursor = ahead;
            Err(fault)
        }
    }
}

/// A byte as a person reads it.
fn found(byte: u8) -> String {
    if byte.is_ascii_graphic() { format!("`{}`", char::from(byte)) } else { format!("byte 0x{byte:02x}") }
}

/// 64 MiB: beyond this the rows are given out, however few they are.
const TEXT_BYTES: usize = 64 << 20;

#[cfg(test)]
pub(super) mod tests {
    use datafusion::arrow::array::{Array, AsArray};
    use datafusion::arrow::datatypes::{DataType, Int64Type, TimestampMillisecondType};

    use super::*;
    use crate::schema::Kind;

    /// A leaf from `a.b.0`: members in any case, elements by number.
    pub(in crate::record) fn leaf(path: &str, kind: Kind) -> Leaf {
        let step = |step: &str| step.parse().map_or_else(|_| Step::Key(step.into()), Step::Index);
        Leaf { path: path.split('.').filter(|step| !step.is_empty()).map(step).collect(), kind }
    }

    /// The texts of each leaf's column, row by row.
    pub(in crate::record) type Columns = Vec<Vec<Option<String>>>;

    /// The rows of documents, in chunks of `chunk`, each value as text.
    pub(in crate::record) fn read(
        documents: &[&[u8]],
        leaves: &[Leaf],
        chunk: usize,
    ) -> (Columns, Vec<Result<Tally, Error>>) {
        let mut builder = Builder::new(leaves, Limits::default());
        let (mut rows, mut tallies) = (Vec::new(), Vec::new());
        for document in documents {
            let mut reading = match builder.read(document) {
                Ok(reading) => reading,
                Err(error) => {
                    tallies.push(Err(error));
                    continue;
                }
            };
            tallies.push(loop {
                match builder.fill(&mut reading, chunk) {
                    Ok(Progress::Full) => take(&mut builder, &mut rows),
                    Ok(Progress::Done(tally)) => break Ok(tally),
                    Err(error) => break Err(error),
                }
            });
        }
        take(&mut builder, &mut rows);
        (rows, tallies)
    }

    pub(in crate::record) fn take(builder: &mut Builder, rows: &mut Vec<Vec<Option<String>>>) {
        let count = builder.rows();
        let arrays = builder.finish();
        assert!(arrays.iter().all(|array| array.len() == count));
        let value = |array: &ArrayRef, row: usize| {
            let value = || match array.data_type() {
                DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
                DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
                _ => array.as_primitive::<TimestampMillisecondType>().value(row).to_string(),
            };
            array.is_valid(row).then(value)
        };
        rows.extend((0..count).map(|row| arrays.iter().map(|array| value(array, row)).collect()));
    }

    /// The value of one leaf of one record.
    fn check(record: &str, path: &str, kind: Kind, expected: Option<&str>) {
        let (rows, tallies) = read(&[record.as_bytes()], &[leaf(path, kind)], 10);
        assert!(tallies[0].is_ok(), "{record}: {tallies:?}");
        assert_eq!(rows, [[expected.map(str::to_owned)]], "{record} at {path} as {kind:?}");
    }

    #[test]
    fn each_kind_has_its_form() {
        let record = r#"{"t":"a\"b","n":12e1,"b":true,"o":{ "x" : [1] },"z":null,"w":"null","f":"False"}"#;
        let all = [
            ("t", [Some(r#"a"b"#), Some(r#"a"b"#), Some(r#""a\"b""#), Some(r#"a"b"#), Some(r#"a"b"#)]),
            ("n", [Some("12e1"); 5]),
            ("b", [Some("true"), Some("true"), Some("true"), Some("1"), Some("true")]),
            (
                "o",
                [
                    Some(r#"{ "x" : [1] }"#),
                    None,
                    Some(r#"{ "x" : [1] }"#),
                    Some(r#"{"x":[1]}"#),
                    Some(r#"{ "x" : [1] }"#),
                ],
            ),
            ("z", [None; 5]),
            ("w", [Some("null"), Some("null"), Some(r#""null""#), Some("null"), Some("null")]),
            ("f", [Some("False"), Some("False"), Some(r#""False""#), Some("False"), Some("false")]),
            ("missing", [None; 5]),
            ("t.x", [None; 5]),
        ];
        for (path, expected) in all {
            let kinds = [Kind::Text, Kind::Scalar, Kind::Json, Kind::Numeral, Kind::Flag];
            for (kind, expected) in kinds.into_iter().zip(expected) {
                check(record, path, kind, expected);
            }
        }
        check(record, "", Kind::Json, Some(record));
    }

    #[test]
    fn the_exact_key_wins_over_its_neighbours_in_case() {
        check(r#"{"ARN":"a","arn":"b"}"#, "arn", Kind::Text, Some("b"));
        check(r#"{"arn":"b","ARN":"a"}"#, "arn", Kind::Text, Some("b"));
        check(r#"{"ARN":"a"}"#, "arn", Kind::Text, Some("a"));
        check(r#"{"ARN":"a","Arn":"c"}"#, "arn", Kind::Text, Some("c"));
        check(r#"{"arn":"b","ARN":"a","arn":null}"#, "arn", Kind::Text, None);
    }

    #[test]
    fn elements_and_members_are_found_by_number() {
        let record = r#"{"r":[{"ARN":"a"},[],{"ARN":"b"}],"o":{"0":"zero","00":"no"}}"#;
        check(record, "r.2.ARN", Kind::Text, Some("b"));
        check(record, "r.1", Kind::Json, Some("[]"));
        check(record, "r.3", Kind::Json, None);
        check(record, "o.0", Kind::Text, Some("zero"));
        check(record, "r.0", Kind::Scalar, None);
    }

    #[test]
    fn broken_text_is_replaced_and_never_an_error() {
        check(r#"{"a":"x\ud83db"}"#, "a", Kind::Text, Some("x\u{fffd}b"));
        check(r#"{"a":"\q"}"#, "a", Kind::Text, Some(r"\q"));
        let (rows, _) =
            read(&[b"[{\"a\":\"x\xffy\"},{\"a\":\"z\"}]"], &[leaf("a", Kind::Text), leaf("", Kind::Json)], 9);
        assert_eq!(rows[0], [Some("x\u{fffd}y".to_owned()), Some("{\"a\":\"x\u{fffd}y\"}".to_owned())]);
        assert_eq!(rows[1][0].as_deref(), Some("z"));
    }

    #[test]
    fn times_and_ordinals_are_numbers() {
        let document =
            br#"{"Records":[{"t":"1970-01-01T00:00:01Z"},7,{"t":"soon"},{"t":"1970-01-01 00:00:02.5"}]}{"t":5}"#;
        for chunk in [1, 100] {
            let (rows, _) = read(&[document, document], &[leaf("t", Kind::Time), leaf("", Kind::Ordinal)], chunk);
            let one = [(Some("1000"), "0"), (None, "1"), (Some("2500"), "2"), (None, "3")];
            let expected = one.iter().chain(&one).map(|(t, n)| vec![t.map(str::to_owned), Some((*n).to_owned())]);
            assert_eq!(rows, expected.collect::<Vec<_>>());
        }
    }

    #[test]
    fn white_space_and_escapes_may_stand_anywhere_relative_to_the_blocks() {
        for filler in (0..140).chain(1900..2180) {
            let filler = "x".repeat(filler);
            let document = format!(
                r#"[{{"f":"{filler}","s":"1" ,"b":{{"x":2 }}, "\u0065":["\\\"" ]}},{{"f":"{filler}","b":{{"x":3}},"e":["y"]}}]"#
            );
            let leaves = [leaf("s", Kind::Text), leaf("b.x", Kind::Text), leaf("e.0", Kind::Text)];
            let (rows, tallies) = read(&[document.as_bytes()], &leaves, 10);
            let expected = [[Some("1"), Some("2"), Some("\\\"")], [None, Some("3"), Some("y")]];
            assert_eq!(rows, expected.map(|row| row.map(|text| text.map(str::to_owned))), "{tallies:?} {document}");
        }
    }

    #[test]
    fn a_document_found_broken_after_a_pause_was_never_begun() {
        let document = format!("{{\"Records\":[{}{{\"n\" 1}}]}}", "{\"n\":1},".repeat(5000));
        let mut builder = Builder::new(&[leaf("n", Kind::Text)], Limits::default());
        let mut reading = builder.read(document.as_bytes()).expect("an object");
        assert!(matches!(builder.fill(&mut reading, 10), Err(Error::Syntax { .. })));
        assert_eq!(builder.rows(), 0);
        assert_eq!(builder.finish()[0].len(), 0);
    }

    #[test]
    fn much_text_is_given_out_early() {
        let document = format!("[{}{{}}]", format!("{{\"n\":\"{}\"}},", "x".repeat(1 << 20)).repeat(70));
        let mut builder = Builder::new(&[leaf("n", Kind::Text)], Limits::default());
        let mut reading = builder.read(document.as_bytes()).expect("an array");
        assert_eq!(builder.fill(&mut reading, 1000), Ok(Progress::Full));
        assert_eq!(builder.rows(), 64);
        builder.finish();
        assert!(matches!(builder.fill(&mut reading, 1000), Ok(Progress::Done(Tally { records: 71, .. }))));
        assert_eq!(builder.rows(), 7);
    }
}
