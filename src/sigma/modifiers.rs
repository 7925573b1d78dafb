//! Modifiers: what stands behind a field and says how its values are meant.
//!
//! They apply from left to right. One that is not known, or does not go with the others, is an error: taken for
//! equality, a rule would be silent.
//!
//! Source: Sigma specification 2.1, "Modifiers".

use super::expression::portable;
use super::field::Match;
use super::values::{Chunk, Expanded, Item, MOST_VALUES, Utf16, base64, base64_offsets, expand, utf16, windash};
use super::yaml::Key;
use super::{Failed, Placeholders};
use crate::diag::{Diagnostic, Span, closest};
use crate::functions::sigma::{is_block, is_number, regex};

/// The modifiers that there are.
const MODIFIERS: &[&str] = &[
    "all",
    "base64",
    "base64offset",
    "cased",
    "cidr",
    "contains",
    "day",
    "endswith",
    "exists",
    "expand",
    "fieldref",
    "gt",
    "gte",
    "hour",
    "i",
    "lt",
    "lte",
    "m",
    "minute",
    "month",
    "neq",
    "re",
    "s",
    "startswith",
    "utf16",
    "utf16be",
    "utf16le",
    "week",
    "wide",
    "windash",
    "year",
];

const TIMES: &[&str] = &["minute", "hour", "day", "week", "month", "year"];

/// What values are in the end, decided by one of the modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Regex,
    Block,
    Compared(&'static str),
    Time(&'static str, Option<&'static str>),
    Exists,
    Field,
}

/// A test of a field, as far as its modifiers have been read.
pub(super) struct Work<'a> {
    items: Vec<Item>,
    kind: Kind,
    /// Whether all values have to match.
    pub(super) all: bool,
    /// Whether none may.
    pub(super) negated: bool,
    cased: bool,
    flags: String,
    /// `contains`, `startswith` or `endswith`.
    place: Option<&'static str>,
    /// The values before wildcards were put around them.
    bare: Vec<Item>,
    key: &'a Key,
}

impl<'a> Work<'a> {
    /// Values without a modifier.
    pub(super) fn new(items: Vec<Item>, key: &'a Key) -> Self {
        Self {
            items,
            kind: Kind::Plain,
            all: false,
            negated: false,
            cased: false,
            flags: String::new(),
            place: None,
            bare: Vec::new(),
            key,
        }
    }

    fn wrong(&self, message: String) -> Diagnostic {
        Diagnostic::error("G008", format!("{message} in `{}`", self.key.text)).at(self.key.span, "")
    }

    /// Applies a modifier, which stands behind the one `before`.
    pub(super) fn apply(
        &mut self,
        modifier: &str,
        before: Option<&str>,
        placeholders: &Placeholders,
    ) -> Result<(), Failed> {
        let Some(known) = MODIFIERS.iter().copied().find(|known| *known == modifier) else {
            let error = Diagnostic::error("G007", format!("no modifier is named `{modifier}`")).at(self.key.span, "");
            return Err(match closest(modifier, MODIFIERS.iter().copied()) {
                Some(close) => error.help(format!("`{close}` has a similar name")),
                None => error,
            }
            .into());
        };
        let misplaced = || self.wrong(format!("`{known}` does not go with the modifiers before it"));
        match known {
            "all" => self.all = true,
            "neq" if !matches!(self.kind, Kind::Exists | Kind::Compared(_)) => self.negated = true,
            "cased" if matches!(self.kind, Kind::Plain | Kind::Field) => self.cased = true,
            "contains" | "startswith" | "endswith" => self.placed(known)?,
            "re" if self.kind == Kind::Plain && self.place.is_none() && !self.cased => self.kind = Kind::Regex,
            "i" | "m" | "s" => {
                if self.kind != Kind::Regex || !matches!(before, Some("re" | "i" | "m" | "s")) {
                    return Err(self.wrong(format!("`{known}` stands behind something else than `re`")).into());
                }
                self.flags.push_str(known);
            }
            "cidr" if self.is_bare() => self.kind = Kind::Block,
            "exists" if self.is_bare() && !self.all && !self.negated => self.kind = Kind::Exists,
            "fieldref" if self.kind == Kind::Plain => {
                self.kind = Kind::Field;
                if self.place.is_some() {
                    self.items = std::mem::take(&mut self.bare);
                }
            }
            "lt" | "lte" | "gt" | "gte" => {
                let operator = match known {
                    "lt" => "<",
                    "lte" => "<=",
                    "gt" => ">",
                    _ => ">=",
                };
                self.kind = match self.kind {
                    Kind::Plain if self.is_bare() && !self.negated => Kind::Compared(operator),
                    Kind::Time(part, None) => Kind::Time(part, Some(operator)),
                    _ => return Err(misplaced().into()),
                };
            }
            _ if self.is_bare() && TIMES.contains(&known) => self.kind = Kind::Time(known, None),
            "expand" if self.kind == Kind::Plain => self.expand(placeholders)?,
            "base64" | "base64offset" | "utf16" | "utf16be" | "utf16le" | "wide" | "windash"
                if self.kind == Kind::Plain =>
            {
                self.encode(known)?;
            }
            _ => return Err(misplaced().into()),
        }
        Ok(())
    }

    /// Whether no modifier has said yet what values are.
    fn is_bare(&self) -> bool {
        self.kind == Kind::Plain && self.place.is_none() && !self.cased
    }

    fn placed(&mut self, place: &'static str) -> Result<(), Diagnostic> {
        if !matches!(self.kind, Kind::Plain | Kind::Field | Kind::Regex) {
            return Err(self.wrong(format!("`{place}` does not go with the modifiers before it")));
        }
        if let Some(other) = self.place.filter(|other| *other != place) {
            return Err(self.wrong(format!("`{place}` and `{other}`")));
        }
        self.place = Some(place);
        if self.kind != Kind::Plain {
            return Ok(());
        }
        self.bare = self.items.clone();
        for at in 0..self.items.len() {
            let Some(mut chunks) = self.items[at].chunks() else {
                return Err(self.wrong(format!("`{place}` of null")));
            };
            if place != "startswith" && chunks.first() != Some(&Chunk::Any) {
                chunks.insert(0, Chunk::Any);
            }
            if place != "endswith" && chunks.last() != Some(&Chunk::Any) {
                chunks.push(Chunk::Any);
            }
            self.items[at] = Item::Text(chunks);
        }
        Ok(())
    }

    fn texts(&self, modifier: &str) -> Result<Vec<Vec<Chunk>>, Diagnostic> {
        let texts: Option<Vec<_>> = self.items.iter().map(Item::chunks).collect();
        texts.ok_or_else(|| self.wrong(format!("`{modifier}` of null")))
    }

    fn expand(&mut self, placeholders: &Placeholders) -> Result<(), Failed> {
        let mut items = Vec::new();
        for chunks in self.texts("expand")? {
            match expand(&chunks, placeholders) {
                Expanded::Into(more) => items.extend(more),
                Expanded::Unset(name) => return Err(Failed::Placeholder(name)),
                Expanded::TooMany => return Err(self.too_many().into()),
            }
        }
        if items.is_empty() {
            return Err(self.wrong("placeholders without values".to_owned()).into());
        }
        if items.len() > MOST_VALUES {
            return Err(self.too_many().into());
        }
        self.items = items;
        Ok(())
    }

    fn too_many(&self) -> Diagnostic {
        self.wrong(format!("more than {MOST_VALUES} values"))
    }

    fn encode(&mut self, modifier: &str) -> Result<(), Diagnostic> {
        let mut items = Vec::new();
        for chunks in self.texts(modifier)? {
            let one = |chunks: Option<Vec<Chunk>>| chunks.map(|chunks| vec![chunks]);
            let encoded = match modifier {
                "base64" => one(base64(&chunks)),
                "base64offset" => base64_offsets(&chunks),
                "utf16" => one(utf16(&chunks, Utf16::Marked)),
                "utf16be" => one(utf16(&chunks, Utf16::Big)),
                "windash" => windash(&chunks),
                _ => one(utf16(&chunks, Utf16::Little)),
            };
            match encoded {
                Some(encoded) => items.extend(encoded.into_iter().map(Item::Text)),
                None if modifier == "windash" => return Err(self.too_many()),
                None => return Err(self.wrong(format!("`{modifier}` of a value with wildcards"))),
            }
        }
        if items.len() > MOST_VALUES {
            return Err(self.too_many());
        }
        self.items = items;
        Ok(())
    }

    /// Values are looked for anywhere in the record's text.
    pub(super) fn anywhere(&mut self) -> Result<(), Diagnostic> {
        match self.kind {
            Kind::Plain if self.place.is_none() => self.placed("contains"),
            Kind::Plain | Kind::Regex => Ok(()),
            _ => Err(self.wrong("a modifier that needs a field".to_owned())),
        }
    }

    /// What values are compared with in the end. They stand at `span`.
    pub(super) fn matches(&self, span: Span) -> Result<Vec<Match>, Diagnostic> {
        if self.kind == Kind::Exists && self.items.len() != 1 {
            return Err(self.wrong("more than one value of `exists`".to_owned()));
        }
        self.items.iter().map(|item| self.one(item).map_err(|error| error.at(span, ""))).collect()
    }

    fn one(&self, item: &Item) -> Result<Match, Diagnostic> {
        let text = || item.chunks().and_then(|chunks| plain(&chunks));
        let number = || match text().map(|text| digits(&text)) {
            Some(number) if is_number(&number) => Ok(number),
            _ => Err(self.wrong("a value that is no number".to_owned())),
        };
        Ok(match self.kind {
            Kind::Plain => match item {
                Item::Null => Match::Null,
                Item::Number(written) => {
                    let number = digits(written);
                    let both = [number, written.clone()];
                    Match::Number(if both[0] == both[1] { both[..1].to_vec() } else { both.to_vec() })
                }
                item => match item.pattern() {
                    Some(pattern) => Match::Pattern { pattern, cased: self.cased },
                    None => return Err(self.wrong("bytes that are no text; `base64` may be missing".to_owned())),
                },
            },
            Kind::Regex => {
                let source = match item {
                    Item::Written(text) | Item::Number(text) => text.clone(),
                    Item::Bool(value) => value.to_string(),
                    Item::Null => return Err(self.wrong("`re` of null".to_owned())),
                    Item::Text(_) => return Err(self.wrong("`re` behind a modifier that changes values".to_owned())),
                };
                Match::Regex(self.expression(&source)?)
            }
            Kind::Block => match text().filter(|text| is_block(text)) {
                Some(block) => Match::Block(block),
                None => {
                    let shown = text().unwrap_or_default();
                    return Err(Diagnostic::error(
                        "G010",
                        format!("`{shown}` is no block of addresses in `{}`", self.key.text),
                    )
                    .help("write a block as `10.0.0.0/8` or `2001:db8::/32`"));
                }
            },
            Kind::Compared(operator) => Match::Compared(operator, number()?),
            Kind::Time(part, operator) => Match::Time(part, operator.unwrap_or("="), number()?),
            Kind::Exists => match text().map(|text| text.to_lowercase()).as_deref() {
                Some("true") => Match::Exists(true),
                Some("false") => Match::Exists(false),
                _ => return Err(self.wrong("`exists` takes `true` or `false`".to_owned())),
            },
            Kind::Field => match text().filter(|text| !text.is_empty()) {
                Some(field) => Match::Field { field, how: self.place.unwrap_or("equals"), cased: self.cased },
                None => return Err(self.wrong("`fieldref` of what is no field".to_owned())),
            },
        })
    }

    fn expression(&self, source: &str) -> Result<String, Diagnostic> {
        let flags = if self.flags.is_empty() { String::new() } else { format!("(?{})", unique(&self.flags)) };
        let source = portable(source);
        let pattern = match self.place {
            Some("startswith") => format!("{flags}^(?:{source})"),
            Some("endswith") => format!("{flags}(?:{source})$"),
            _ => format!("{flags}{source}"),
        };
        let Err(error) = regex(&pattern) else { return Ok(pattern) };
        let reason = match &error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            other => other.to_string().rsplit("error: ").next().unwrap_or_default().trim().to_owned(),
        };
        let error = Diagnostic::error(
            "G009",
            format!("the regular expression of `{}` cannot be used: {reason}", self.key.text),
        );
        let looks = reason.contains("look-around") || reason.contains("backreference");
        Err(if looks { error.help("match more, and leave out with a second selection after `and not`") } else { error })
    }
}

/// The flags of an expression, each once.
fn unique(flags: &str) -> String {
    ["i", "m", "s"].into_iter().filter(|flag| flags.contains(flag)).collect()
}

/// The decimal digits of a number as YAML writes it.
fn digits(written: &str) -> String {
    let radix = |digits: &str, radix| i128::from_str_radix(digits, radix).map(|number| number.to_string()).ok();
    let number = match (written.strip_prefix("0x"), written.strip_prefix("0o")) {
        (Some(digits), _) => radix(digits, 16),
        (_, Some(digits)) => radix(digits, 8),
        _ => written.strip_prefix('+').map(str::to_owned),
    };
    number.unwrap_or_else(|| written.to_owned())
}

/// Text without wildcards.
fn plain(chunks: &[Chunk]) -> Option<String> {
    let mut text = String::new();
    for chunk in chunks {
        match chunk {
            Chunk::Bytes(bytes) => text.push_str(std::str::from_utf8(bytes).ok()?),
            Chunk::Any | Chunk::One => return None,
        }
    }
    Some(text)
}
