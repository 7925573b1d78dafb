//! Tests of one field: `field|modifier|…: values`.

use super::modifiers::Work;
use super::values::Item;
use super::yaml::{Key, Node, Value};
use super::{Failed, Placeholders};
use crate::diag::{Diagnostic, Span};

/// A test of the values of a field, or of the record's whole text.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldTest {
    /// The field; none for the record as a whole.
    pub field: Option<String>,
    /// The field with its modifiers, as the rule writes it.
    pub key: String,
    /// Where that stands.
    pub span: Span,
    /// What values are compared with.
    pub matches: Vec<Match>,
    /// Whether all of them have to match.
    pub all: bool,
    /// Whether none may.
    pub negated: bool,
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Match {
    /// A pattern, perhaps to the letter.
    Pattern {
        /// With `*`, `?` and escapes.
        pattern: String,
        /// Whether upper and lower case differ.
        cased: bool,
    },
    /// A number: its decimal digits, and the text that is written.
    Number(Vec<String>),
    /// Null, or nothing there.
    Null,
    /// That the field is there, or is not.
    Exists(bool),
    /// A regular expression, with its flags inside.
    Regex(String),
    /// A block of addresses.
    Block(String),
    /// A number that it is `<`, `<=`, `>` or `>=`.
    Compared(&'static str, String),
    /// A part of a time, how it is compared, and the number.
    Time(&'static str, &'static str, String),
    /// Another field.
    Field {
        /// Its path.
        field: String,
        /// `equals`, `contains`, `startswith` or `endswith`.
        how: &'static str,
        /// Whether upper and lower case differ.
        cased: bool,
    },
}

/// Reads a field with modifiers, and its values.
pub(super) fn field_test(
    key: &Key,
    value: &Node,
    placeholders: &Placeholders,
    notices: &mut Vec<Diagnostic>,
) -> Result<FieldTest, Failed> {
    let mut parts = key.text.split('|');
    let field = parts.next().unwrap_or_default().trim();
    let modifiers: Vec<&str> = parts.map(str::trim).collect();
    let items = match &value.value {
        Value::List(items) => items.iter().map(|item| self::item(key, item)).collect::<Result<Vec<_>, _>>()?,
        _ => vec![self::item(key, value)?],
    };
    if items.is_empty() {
        return Err(Diagnostic::error("G004", format!("`{}` has no value", key.text)).at(key.span, "").into());
    }
    if items.len() > 1 && items.contains(&Item::Null) {
        let notice = Diagnostic::notice("G030", format!("null among the values of `{}`", key.text));
        notices.push(notice.at(key.span, "").help("taken for absent or null; the specification has it stand alone"));
    }
    let mut work = Work::new(items, key);
    for (at, modifier) in modifiers.iter().enumerate() {
        work.apply(modifier, modifiers.get(at.wrapping_sub(1)).copied(), placeholders)?;
    }
    if field.is_empty() {
        work.anywhere()?;
    }
    let matches = work.matches(value.span)?;
    Ok(FieldTest {
        field: (!field.is_empty()).then(|| field.to_owned()),
        key: key.text.clone(),
        span: key.span,
        matches,
        all: work.all,
        negated: work.negated,
    })
}

fn item(key: &Key, node: &Node) -> Result<Item, Diagnostic> {
    Ok(match &node.value {
        Value::Null => Item::Null,
        Value::Bool(value) => Item::Bool(*value),
        Value::Number(text) => Item::Number(text.clone()),
        Value::Text(text) => Item::Written(text.clone()),
        Value::List(_) | Value::Map(_) => {
            let error = Diagnostic::error("G004", format!("a value of `{}` is {}", key.text, node.kind()));
            return Err(error.at(key.span, "").help("write the path with dots: `requestParameters.bucketName: …`"));
        }
    })
}

impl FieldTest {
    /// Texts of which one stands anywhere in a record.
    pub(super) fn keywords(items: &[Node], span: Span) -> Result<Self, Diagnostic> {
        let key = Key { text: String::new(), span };
        let items = items.iter().map(|node| item(&key, node)).collect::<Result<_, _>>()?;
        let mut work = Work::new(items, &key);
        work.anywhere()?;
        let matches = work.matches(span)?;
        Ok(Self { field: None, key: "keywords".to_owned(), span, matches, all: false, negated: false })
    }
}
