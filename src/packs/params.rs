//! The values that saved queries take: each has a type and a default; a user's own come from a file or `--param`.

use crate::sql::Value;

/// A value that a query takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// Its name, as `:name` in the query and in the header's condition.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// Its value when none is given.
    pub default: Value,
    /// What it means.
    pub meaning: String,
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Number,
    /// A text.
    Text,
    /// A list of texts.
    List,
}

const KINDS: &[(Kind, &str)] = &[(Kind::Number, "number"), (Kind::Text, "text"), (Kind::List, "list")];

impl Kind {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// Reads a value of this type as a header or `--param` writes it.
    pub(super) fn read(self, text: &str) -> Result<Value, String> {
        let text = text.trim();
        match self {
            Self::Number => {
                let number = text.parse().ok().filter(|number: &f64| number.is_finite());
                number.map(Value::Number).ok_or_else(|| format!("`{text}` is no number"))
            }
            Self::Text => {
                let quoted = serde_json::from_str::<String>(text);
                Ok(Value::Text(quoted.unwrap_or_else(|_| text.to_owned())))
            }
            Self::List if text.starts_with('[') => serde_json::from_str(text)
                .map(Value::List)
                .map_err(|_| format!("`{text}` is no list of texts; write [\"a\", \"b\"]")),
            Self::List => Ok(Value::List(
                text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect(),
            )),
        }
    }

    /// A value of a file, when it is of this type.
    pub(super) fn of_toml(self, value: &toml::Value) -> Option<Value> {
        Some(match (self, value) {
            (Self::Number, toml::Value::Integer(number)) => {
                // Limits and counts are far below what a double holds exactly.
                #[expect(clippy::cast_precision_loss, reason = "limits and counts are small")]
                Value::Number(*number as f64)
            }
            (Self::Number, toml::Value::Float(number)) => Value::Number(*number),
            (Self::Text, toml::Value::String(text)) => Value::Text(text.clone()),
            (Self::List, toml::Value::Array(items)) => {
                Value::List(items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }
}

impl Param {
    /// Reads `NAME TYPE = DEFAULT · meaning`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let malformed =
            || format!("`param: {text}` is not of the form `param: NAME number|text|list = DEFAULT · meaning`");
        let (declared, rest) = text.split_once('=').ok_or_else(malformed)?;
        let (default, meaning) = rest.split_once(" · ").unwrap_or((rest, ""));
        let mut words = declared.split_whitespace();
        let (Some(name), Some(kind), None) = (words.next(), words.next(), words.next()) else {
            return Err(malformed());
        };
        let is_name = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        let (kind, _) = KINDS.iter().find(|(_, known)| *known == kind).filter(|_| is_name).ok_or_else(malformed)?;
        let default = kind.read(default).map_err(|message| format!("the default of `{name}`: {message}"))?;
        Ok(Self { name: name.to_owned(), kind: *kind, default, meaning: meaning.trim().to_owned() })
    }

    /// The default as a condition reads it.
    pub(super) fn text(&self) -> String {
        text_of(&self.default)
    }
}

/// A value as a condition reads it.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::List(items) => items.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_declared_with_type_default_and_meaning() {
        let check = |text: &str, kind: Kind, default: Value| {
            let param = Param::parse(text).expect(text);
            assert_eq!((param.kind, param.default, param.meaning.as_str()), (kind, default, "what"), "{text}");
        };
        check("n number = 5 · what", Kind::Number, Value::Number(5.0));
        check("n text = \"a = b\" · what", Kind::Text, Value::Text("a = b".to_owned()));
        check("n list = [] · what", Kind::List, Value::List(Vec::new()));
        check("n list = [\"a\", \"b\"] · what", Kind::List, Value::List(vec!["a".to_owned(), "b".to_owned()]));
        for wrong in
            ["n", "n number 5", "n date = 5", "a b number = 5", "n number = many", "n list = [1]", "a;b text = x"]
        {
            assert!(Param::parse(wrong).is_err(), "{wrong}");
        }
    }
}
