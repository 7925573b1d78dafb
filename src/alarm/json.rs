//! Reading definitions: members of the right type, or an error that names the file and the way to the value.

use serde_json::Value;

/// A definition that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {message}")]
pub struct Error {
    /// The file.
    pub file: String,
    /// What is wrong, and where.
    pub message: String,
}

/// An object of a file, and the way to it.
#[derive(Debug, Clone)]
pub(super) struct Object<'a> {
    pub(super) file: &'a str,
    pub(super) path: String,
    members: &'a serde_json::Map<String, Value>,
}

pub(super) type Reads<T> = Result<T, Error>;

impl<'a> Object<'a> {
    pub(super) fn new(file: &'a str, path: String, value: &'a Value) -> Reads<Self> {
        match value {
            Value::Object(members) => Ok(Self { file, path, members }),
            other => Err(wrong(file, &path, "an object", other)),
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.members.contains_key(key)
    }

    fn of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// A member that is there and not null.
    fn get(&self, key: &str) -> Option<&'a Value> {
        self.members.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn error(&self, key: &str, message: impl std::fmt::Display) -> Error {
        Error { file: self.file.to_owned(), message: format!("`{}`: {message}", self.of(key)) }
    }

    fn typed<T>(&self, key: &str, expected: &str, read: impl Fn(&'a Value) -> Option<T>) -> Reads<Option<T>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| wrong(self.file, &self.of(key), expected, value))
    }

    pub(super) fn text(&self, key: &str) -> Reads<Option<&'a str>> {
        self.typed(key, "a string", Value::as_str)
    }

    pub(super) fn number(&self, key: &str) -> Reads<Option<f64>> {
        self.typed(key, "a number", |value| value.as_f64().filter(|number| number.is_finite()))
    }

    /// A whole number from 1 on.
    pub(super) fn count(&self, key: &str) -> Reads<Option<u32>> {
        let whole = |value: &Value| {
            let of_float = value.as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0);
            let whole = value
                .as_u64()
                .or_else(|| of_float.filter(|number| *number <= f64::from(u32::MAX)).map(|number| number as u64));
            whole.and_then(|whole| u32::try_from(whole).ok()).filter(|whole| *whole > 0)
        };
        self.typed(key, "a whole number above 0", whole)
    }

    /// The elements of a list; none where there is no list.
    pub(super) fn list(&self, key: &str) -> Reads<Vec<(String, &'a Value)>> {
        let list = self.typed(key, "a list", Value::as_array)?;
        let path = self.of(key);
        Ok(list.into_iter().flatten().enumerate().map(|(at, value)| (format!("{path}[{at}]"), value)).collect())
    }

    /// The objects of a list.
    pub(super) fn objects(&self, key: &str) -> Reads<Vec<Self>> {
        self.list(key)?.into_iter().map(|(path, value)| Self::new(self.file, path, value)).collect()
    }

    /// The object that a member is.
    pub(super) fn object(&self, key: &str) -> Reads<Self> {
        let value = self.need(key, self.get(key))?;
        Self::new(self.file, self.of(key), value)
    }

    /// Names and texts of an object.
    pub(super) fn texts(&self, key: &str) -> Reads<Vec<(String, String)>> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let object = Self::new(self.file, self.of(key), value)?;
        let keys: Vec<&String> = object.members.keys().collect();
        keys.into_iter().map(|key| Ok((key.clone(), object.need(key, object.text(key)?)?.to_owned()))).collect()
    }

    /// A value that must be there.
    pub(super) fn need<T>(&self, key: &str, value: Option<T>) -> Reads<T> {
        value.ok_or_else(|| Error { file: self.file.to_owned(), message: format!("`{}` is missing", self.of(key)) })
    }
}

fn wrong(file: &str, path: &str, expected: &str, found: &Value) -> Error {
    let shown = match found {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => format!("`{found}`"),
        Value::String(text) if text.chars().count() <= 40 => format!("the string {text:?}"),
        Value::String(_) => "a string".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    };
    let place = if path.is_empty() { "the file".to_owned() } else { format!("`{path}`") };
    Error { file: file.to_owned(), message: format!("{place}: expected {expected}, found {shown}") }
}
