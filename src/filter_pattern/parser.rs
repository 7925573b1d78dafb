//! Text → [`Pattern`]: recursive descent, `&&` before `||`.

use super::ast::{Comparison, Condition, Order, Pattern, Test, Value};
use super::cursor::{Cursor, Reads, error};
use super::{DEEPEST, LONGEST, MOST_REGEXES, MOST_WILDCARDS, selector, terms, value};
use crate::diag::{Diagnostic, Diagnostics, Source, Span};

/// A pattern, and the remarks on its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The pattern.
    pub pattern: Pattern,
    /// Remarks on what CloudWatch would see differently.
    pub notices: Vec<Diagnostic>,
}

/// Reads a pattern. Lines that begin with `#` may stand before it.
///
/// # Errors
/// What CloudWatch refuses, with its place.
pub fn parse(source: &Source) -> Result<Parsed, Diagnostics> {
    let mut cursor = Cursor::new(&source.text);
    cursor.skip_space();
    while cursor.peek() == Some('#') {
        cursor.take(|character| character != '\n');
        cursor.skip_space();
    }
    let mut parser = Parser { cursor, notices: Vec::new(), depth: 0, regexes: 0, wildcards: 0 };
    parser.length();
    match parser.pattern() {
        Ok(pattern) => {
            parser.notices.sort_by_key(|notice| notice.label.as_ref().map(|(span, _)| span.start));
            Ok(Parsed { pattern, notices: parser.notices })
        }
        Err(error) => Err(Diagnostics { source: source.clone(), list: vec![error] }),
    }
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    notices: Vec<Diagnostic>,
    depth: usize,
    regexes: usize,
    wildcards: usize,
}

impl Parser<'_> {
    fn length(&mut self) {
        let written = self.cursor.rest().trim_end();
        let length = written.chars().count();
        if length > LONGEST {
            let start = self.cursor.at;
            self.notices.push(
                Diagnostic::notice("F020", format!("the pattern has {length} characters; CloudWatch takes {LONGEST}"))
                    .at(Span::new(start, start + written.len()), "too long for a metric filter")
                    .help("here it runs all the same"),
            );
        }
    }

    fn pattern(&mut self) -> Reads<Pattern> {
        let start = self.cursor.at;
        match self.cursor.peek() {
            None => Ok(Pattern::Everything),
            Some('[') => {
                self.cursor.next();
                Err(error(
                    "F009",
                    "a pattern in brackets is for lines of columns",
                    self.cursor.span_from(start),
                    "begins one",
                )
                .help("records of CloudTrail are JSON: write `{ $.eventName = \"ConsoleLogin\" }`"))
            }
            Some('{') => {
                self.cursor.next();
                self.cursor.skip_space();
                if self.cursor.eat("}") {
                    return Err(error("F010", "the pattern has no comparison", self.cursor.span_from(start), "nothing in here")
                        .help("write one, such as `{ $.eventName = \"ConsoleLogin\" }`; an empty pattern matches every record"));
                }
                let condition = self.any()?;
                if !self.cursor.eat("}") {
                    return Err(self.unexpected("`&&`, `||` or `}`"));
                }
                self.cursor.skip_space();
                if self.cursor.peek().is_some() {
                    return Err(self.cursor.expected("the end of the pattern"));
                }
                Ok(Pattern::Fields(condition))
            }
            Some(_) => terms::read(&mut self.cursor, &mut self.notices),
        }
    }

    fn any(&mut self) -> Reads<Condition> {
        let mut parts = vec![self.all()?];
        while self.cursor.eat("||") {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Condition::Any))
    }

    fn all(&mut self) -> Reads<Condition> {
        let mut parts = vec![self.primary()?];
        while self.cursor.eat("&&") {
            parts.push(self.primary()?);
        }
        Ok(one_or(parts, Condition::All))
    }

    /// A comparison, or a condition in parentheses, and the space behind it.
    fn primary(&mut self) -> Reads<Condition> {
        self.cursor.skip_space();
        let start = self.cursor.at;
        if !self.cursor.eat("(") {
            let comparison = self.comparison()?;
            self.cursor.skip_space();
            return Ok(Condition::Compare(comparison));
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(error(
                "F008",
                format!("more than {DEEPEST} parentheses are open at once"),
                self.cursor.span_from(start),
                "nested too deeply",
            )
            .help("parentheses around a single comparison can go"));
        }
        let inner = self.any()?;
        self.depth -= 1;
        if !self.cursor.eat(")") {
            return Err(self.unexpected("`&&`, `||` or `)`"));
        }
        self.cursor.skip_space();
        Ok(inner)
    }

    fn comparison(&mut self) -> Reads<Comparison> {
        let start = self.cursor.at;
        if self.cursor.peek() == Some('!') || self.word().is_some_and(|word| word.eq_ignore_ascii_case("not")) {
            let (found, span) = self.cursor.found();
            return Err(error(
                "F004",
                format!("{found} before a comparison is of another language"),
                span,
                "there is no negation",
            )
            .help("write `!=`, and `$.f NOT EXISTS` for fields that are not there"));
        }
        let selector = selector::read(&mut self.cursor)?;
        if selector.parts.iter().any(crate::functions::selector::Part::is_wildcard) {
            self.wildcards += 1;
            if self.wildcards > MOST_WILDCARDS {
                let message = format!("a pattern has {MOST_WILDCARDS} selectors with a wildcard at most");
                return Err(error("F007", message, selector.span, "one too many")
                    .help("CloudWatch refuses it; use two filters"));
            }
        }
        self.cursor.skip_space();
        let test = self.test()?;
        Ok(Comparison { selector, test, span: self.cursor.span_from(start) })
    }

    fn test(&mut self) -> Reads<Test> {
        let start = self.cursor.at;
        let orders = [Order::AtLeast, Order::AtMost, Order::Greater, Order::Less];
        if self.cursor.rest().starts_with("<>") {
            return Err(self.other_operator("<>", "write `!=`"));
        }
        if let Some(order) = orders.into_iter().find(|order| self.cursor.eat(order.symbol())) {
            self.cursor.skip_space();
            return value::number(&mut self.cursor, order.symbol()).map(|number| Test::Order(order, number));
        }
        if self.cursor.rest().starts_with("=~") {
            return Err(self.other_operator("=~", "a regular expression stands behind `=`: `$.f = %^Delete%`"));
        }
        if self.cursor.eat("!=") {
            let value = self.value()?;
            if value == Value::Any {
                self.notices.push(
                    Diagnostic::notice("F022", "`!= *` matches no record")
                        .at(self.cursor.span_from(start), "never true")
                        .help("write `$.f NOT EXISTS` for fields that are not there"),
                );
            }
            return Ok(Test::Differs(value));
        }
        if self.cursor.eat("=") {
            return self.value().map(Test::Equal);
        }
        match self.word() {
            Some("IS") => self.is(),
            Some("NOT") => {
                self.cursor.at += "NOT".len();
                self.cursor.skip_space();
                match self.word() {
                    Some("EXISTS") => {
                        self.cursor.at += "EXISTS".len();
                        Ok(Test::Absent)
                    }
                    _ => Err(self
                        .cursor
                        .expected("`EXISTS` after `NOT`")
                        .help("there is no other negation than `!=` and `NOT EXISTS`")),
                }
            }
            Some("EXISTS") => Err(self.other_operator("EXISTS", "write `$.f = *` for \"exists\"")),
            Some(word) if ["is", "not", "exists"].iter().any(|known| word.eq_ignore_ascii_case(known)) => {
                Err(self
                    .other_operator(word, "`IS NULL`, `IS TRUE`, `IS FALSE` and `NOT EXISTS` are written in capitals"))
            }
            Some(word)
                if ["in", "like", "matches", "contains", "ilike"]
                    .iter()
                    .any(|known| word.eq_ignore_ascii_case(known)) =>
            {
                Err(self.other_operator(
                    word,
                    "write `=` with `*` in the text, `%regex%`, or several comparisons with `||`",
                ))
            }
            _ => Err(self
                .cursor
                .expected("an operator")
                .help("there are `=` `!=` `<` `<=` `>` `>=`, `IS NULL`, `IS TRUE`, `IS FALSE` and `NOT EXISTS`")),
        }
    }

    /// The rest of `IS NULL` and its like.
    fn is(&mut self) -> Reads<Test> {
        self.cursor.at += "IS".len();
        self.cursor.skip_space();
        for (word, test) in [("NULL", Test::Null), ("TRUE", Test::True), ("FALSE", Test::False)] {
            if self.word() == Some(word) {
                self.cursor.at += word.len();
                return Ok(test);
            }
        }
        let help = match self.word() {
            Some("NOT") => "there is no `IS NOT`: write `$.f = *` for \"exists\", `IS FALSE` for \"not true\"",
            _ => "`NULL`, `TRUE` and `FALSE` are written in capitals",
        };
        let wrong = self.cursor.expected("`NULL`, `TRUE` or `FALSE` after `IS`");
        Err(Diagnostic { code: "F004", ..wrong }.help(help))
    }

    fn value(&mut self) -> Reads<Value> {
        self.cursor.skip_space();
        let start = self.cursor.at;
        let value = value::read(&mut self.cursor, &mut self.notices)?;
        if matches!(value, Value::Regex(_)) {
            self.regexes += 1;
            if self.regexes > MOST_REGEXES {
                let message = format!("a pattern has {MOST_REGEXES} regular expressions at most");
                return Err(error("F007", message, self.cursor.span_from(start), "one too many")
                    .help("CloudWatch refuses it; join them with `|`, or use two filters"));
            }
        }
        Ok(value)
    }

    /// The word that stands here, not taken.
    fn word(&self) -> Option<&str> {
        let rest = self.cursor.rest();
        let end = rest.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(rest.len());
        rest.get(..end).filter(|word| !word.is_empty())
    }

    fn other_operator(&self, operator: &str, help: &str) -> Diagnostic {
        let span = Span::new(self.cursor.at, self.cursor.at + operator.len());
        error("F004", format!("`{operator}` is an operator of another language"), span, "not an operator here")
            .help(help)
    }

    /// That a condition goes on in a way that it cannot.
    fn unexpected(&self, expected: &str) -> Diagnostic {
        let rest = self.cursor.rest();
        let word = self.word().unwrap_or_default().to_ascii_lowercase();
        let close = if expected.contains(')') { "`)`" } else { "`}`" };
        match word.as_str() {
            "and" => self.other_operator(self.word().unwrap_or_default(), "write `&&`"),
            "or" => self.other_operator(self.word().unwrap_or_default(), "write `||`"),
            _ if rest.starts_with('&') => self.other_operator("&", "write `&&`"),
            _ if rest.starts_with('|') => self.other_operator("|", "write `||`"),
            _ if rest.is_empty() => {
                self.cursor.expected(expected).help(format!("the pattern ends with {close} missing"))
            }
            _ => self.cursor.expected(expected).help("text with other than letters and digits stands in double quotes"),
        }
    }
}

fn one_or(mut parts: Vec<Condition>, many: fn(Vec<Condition>) -> Condition) -> Condition {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            many(parts)
        }
    }
}
