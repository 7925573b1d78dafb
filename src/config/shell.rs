//! What `[defaults.shell]` may hold beside options: how the shell begins.

use super::value::{Setting, Value};

/// The section is called so.
pub(super) const COMMAND: &str = "shell";

/// A key of `[defaults.shell]`.
#[derive(Debug)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Whether it names a program to run: then only the user's own file counts, and no folder somebody else has packed.
    pub runs: bool,
}

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Flag,
    /// A whole number from 0.
    Number,
    /// Any text.
    Text,
    /// The name of an output format for a terminal.
    Format,
    /// One of these.
    Choice(&'static [&'static str]),
}

/// The keys, in the order of names.
pub const KEYS: &[Key] = &[
    Key { name: "edit-mode", summary: "keys of the prompt", kind: Kind::Choice(&["emacs", "vi"]), runs: false },
    Key { name: "editor", summary: "program that `.edit` opens", kind: Kind::Text, runs: true },
    Key { name: "history", summary: "whether lines are kept for the next time", kind: Kind::Flag, runs: false },
    Key { name: "history-size", summary: "how many lines are kept", kind: Kind::Number, runs: false },
    Key {
        name: "lang",
        summary: "language of what is typed; told from the text when not given",
        kind: Kind::Choice(&["sql", "insights", "filter", "sigma"]),
        runs: false,
    },
    Key { name: "max-rows", summary: "rows shown of each result", kind: Kind::Number, runs: false },
    Key { name: "mode", summary: "format of results", kind: Kind::Format, runs: false },
    Key { name: "null-value", summary: "what stands for a value that is missing", kind: Kind::Text, runs: false },
    Key { name: "pager", summary: "program that shows long results; `off` for none", kind: Kind::Text, runs: true },
    Key { name: "timer", summary: "whether the time of each statement is said", kind: Kind::Flag, runs: false },
];

impl Kind {
    /// Checks a value; what was expected when it does not fit. Formats are for whoever knows them.
    ///
    /// # Errors
    /// With what is expected.
    pub fn check(self, value: &Value) -> Result<(), String> {
        let fits = match (self, value) {
            (Self::Flag, Value::Flag(_)) => true,
            (Self::Number, Value::Text(text)) => text.parse::<usize>().is_ok(),
            (Self::Text | Self::Format, Value::Text(_)) => true,
            (Self::Choice(choices), Value::Text(text)) => choices.contains(&text.as_str()),
            _ => false,
        };
        if fits { Ok(()) } else { Err(self.expected()) }
    }

    fn expected(self) -> String {
        match self {
            Self::Flag => "expected true or false".to_owned(),
            Self::Number => "expected a whole number from 0".to_owned(),
            Self::Text => "expected a text".to_owned(),
            Self::Format => "expected the name of a format".to_owned(),
            Self::Choice(choices) => {
                let choices: Vec<_> = choices.iter().map(|choice| format!("`{choice}`")).collect();
                format!("expected {}", choices.join(" or "))
            }
        }
    }
}

/// How the shell begins, as far as the configuration says.
#[derive(Debug, Clone, std::default::Default)]
pub struct ShellDefaults {
    settings: Vec<Setting>,
}

impl ShellDefaults {
    /// Of settings that were checked against [`KEYS`].
    pub(super) fn new(settings: Vec<Setting>) -> Self {
        Self { settings }
    }

    fn value(&self, name: &str) -> Option<&Value> {
        debug_assert!(KEYS.iter().any(|key| key.name == name), "`{name}` is no key");
        self.settings.iter().find(|setting| setting.key == name).map(|setting| &setting.value)
    }

    /// The value of a key of [`Kind::Text`], [`Kind::Format`] or [`Kind::Choice`].
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.value(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a key of [`Kind::Flag`].
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.value(name)? {
            Value::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The value of a key of [`Kind::Number`].
    #[must_use]
    pub fn number(&self, name: &str) -> Option<usize> {
        self.text(name)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique_and_in_order() {
        assert!(KEYS.windows(2).all(|pair| pair[0].name < pair[1].name));
    }

    #[test]
    fn values_fit_their_kinds() {
        let text = |text: &str| Value::Text(text.to_owned());
        assert!(Kind::Number.check(&text("40")).is_ok());
        assert!(Kind::Number.check(&text("-1")).is_err());
        assert!(Kind::Flag.check(&text("true")).is_err());
        let wrong = Kind::Choice(&["emacs", "vi"]).check(&text("vim"));
        assert_eq!(wrong, Err("expected `emacs` or `vi`".to_owned()));
    }
}
