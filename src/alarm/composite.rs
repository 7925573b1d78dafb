//! Rules of composite alarms: `ALARM(a) AND NOT (OK(b) OR INSUFFICIENT_DATA("c d"))`.
//!
//! Source: CloudWatch API Reference, `PutCompositeAlarm`. `AND` binds tighter than `OR`.

use super::evaluate::State;

/// When a composite alarm is in alarm.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// `TRUE` or `FALSE`
    Constant(bool),
    /// Whether an alarm is in a state.
    Is(State, String),
    /// `NOT`
    Not(Box<Rule>),
    /// `AND`
    All(Vec<Rule>),
    /// `OR`
    Any(Vec<Rule>),
}

/// The most parentheses and `NOT` open at once.
const DEEPEST: usize = 64;

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    /// What was found where something else was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { rest: text, depth: 0 };
        let rule = reader.any()?;
        match reader.rest.trim_start() {
            "" => Ok(rule),
            _ => Err(reader.expected("`AND`, `OR` or the end")),
        }
    }

    /// Whether it holds, by the states of alarms.
    pub fn holds(&self, state: &impl Fn(&str) -> State) -> bool {
        match self {
            Self::Constant(value) => *value,
            Self::Is(wanted, name) => state(name) == *wanted,
            Self::Not(inner) => !inner.holds(state),
            Self::All(parts) => parts.iter().all(|part| part.holds(state)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(state)),
        }
    }

    /// The names of the alarms that it asks.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::Constant(_) => Vec::new(),
            Self::Is(_, name) => vec![name],
            Self::Not(inner) => inner.names(),
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::names).collect(),
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn any(&mut self) -> Result<Rule, String> {
        let mut parts = vec![self.all()?];
        while self.word("OR") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Rule::Any(parts) })
    }

    fn all(&mut self) -> Result<Rule, String> {
        let mut parts = vec![self.unary()?];
        while self.word("AND") {
            parts.push(self.unary()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Rule::All(parts) })
    }

    fn unary(&mut self) -> Result<Rule, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("more than {DEEPEST} parentheses are open at once"));
        }
        let rule = self.primary();
        self.depth -= 1;
        rule
    }

    fn primary(&mut self) -> Result<Rule, String> {
        if self.word("NOT") {
            return Ok(Rule::Not(Box::new(self.unary()?)));
        }
        for (word, value) in [("TRUE", true), ("FALSE", false)] {
            if self.word(word) {
                return Ok(Rule::Constant(value));
            }
        }
        for (word, state) in [("ALARM", State::Alarm), ("OK", State::Ok), ("INSUFFICIENT_DATA", State::Unknown)] {
            if self.word(word) {
                self.mark('(')?;
                let name = self.name()?;
                self.mark(')')?;
                return Ok(Rule::Is(state, name));
            }
        }
        if self.rest.trim_start().starts_with('(') {
            self.mark('(')?;
            let rule = self.any()?;
            self.mark(')')?;
            return Ok(rule);
        }
        Err(self.expected("`ALARM(…)`, `OK(…)`, `INSUFFICIENT_DATA(…)`, `NOT`, `TRUE`, `FALSE` or `(`"))
    }

    fn word(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start();
        let after =
            rest.strip_prefix(word).filter(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'));
        if let Some(after) = after {
            self.rest = after;
        }
        after.is_some()
    }

    fn mark(&mut self, mark: char) -> Result<(), String> {
        match self.rest.trim_start().strip_prefix(mark) {
            Some(after) => {
                self.rest = after;
                Ok(())
            }
            None => Err(self.expected(&format!("`{mark}`"))),
        }
    }

    /// A name, in quotes or not; of an ARN its last part.
    fn name(&mut self) -> Result<String, String> {
        let rest = self.rest.trim_start();
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''));
        let (name, after) = match quote {
            Some(quote) => {
                let inside = rest.get(1..).unwrap_or_default();
                let (name, after) = inside.split_once(quote).ok_or("a quoted name never ends")?;
                (name, after)
            }
            None => rest.split_at(rest.find(')').unwrap_or(rest.len())),
        };
        let name = name.trim();
        if name.is_empty() {
            return Err(self.expected("the name of an alarm"));
        }
        self.rest = after;
        let of_arn = name.strip_prefix("arn:").and_then(|arn| arn.split_once(":alarm:"));
        Ok(of_arn.map_or(name, |(_, name)| name).to_owned())
    }

    fn expected(&self, what: &str) -> String {
        let found: String = self.rest.trim_start().chars().take(20).collect();
        let found = if found.is_empty() { "the end".to_owned() } else { format!("`{found}`") };
        format!("expected {what}, found {found}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_hold_by_the_states_of_alarms() {
        let state = |name: &str| match name {
            "a" => State::Alarm,
            "b c" => State::Ok,
            _ => State::Unknown,
        };
        for (text, expected) in [
            ("ALARM(a)", true),
            ("ALARM(a) AND NOT OK(\"b c\")", false),
            ("OK(b c) AND INSUFFICIENT_DATA(d)", true),
            ("ALARM(d) OR ALARM(a) AND OK('b c')", true),
            ("(ALARM(d) OR ALARM(a)) AND ALARM(d)", false),
            ("NOT NOT TRUE", true),
            ("NOT (FALSE OR ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:a))", false),
        ] {
            let rule = Rule::parse(text).expect(text);
            assert_eq!(rule.holds(&state), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for text in
            ["", "ALARM", "ALARM(", "ALARM()", "ALARM(a) ALARM(b)", "AND", "a", "ALARM(a) AND", "(TRUE", "alarm(a)"]
        {
            assert!(Rule::parse(text).is_err(), "{text}");
        }
        assert!(Rule::parse(&"(".repeat(100_000)).is_err());
    }
}
