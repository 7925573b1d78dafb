//! Tokens → commands: the cursor, what was expected where it stands, and going on after an error.

use super::ast::{Explain, Expr, ExprKind, Query, Subquery};
use super::commands::{self, Command};
use super::lexer::lex;
use super::token::{Token, TokenKind};
use super::{functions, habits};
use crate::diag::{Diagnostic, Diagnostics, Severity, Source, Span, closest};

/// What a parsing function gives: the first error ends the command, and the parser goes on after the next `|`.
pub(super) type Parsed<T> = Result<T, Diagnostic>;

/// Parses a query.
///
/// # Errors
/// Every diagnostic found, in the order of the text; one command gives one or more.
pub fn parse(source: &Source) -> Result<Query, Diagnostics> {
    let mut parser = Parser::new(&source.text);
    let explain = parser.explain();
    let commands = parser.query();
    let Parser { mut errors, notices, .. } = parser;
    if errors.is_empty() {
        return Ok(Query { commands, explain, notices });
    }
    errors.sort_by_key(|error| error.label.as_ref().map_or(0, |(span, _)| span.start));
    Err(Diagnostics { source: source.clone(), list: errors })
}

/// What could stand at `offset`, for completion: words and symbols as written, commands and functions by
/// name; `<field>`, `<name>`, `<number>`, `<string>`, `<pattern>`, `<period>` stand for what the writer makes up.
///
/// A word that touches `offset` is taken as being written and does not count.
#[must_use]
pub fn expected_at(text: &str, offset: usize) -> Vec<String> {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let written = lex(&text[..end]).pop().filter(|last| last.kind == TokenKind::Word);
    let mut parser = Parser::new(&text[..written.map_or(end, |word| word.span.start)]);
    parser.explain();
    parser.query();
    if parser.peek() != TokenKind::End {
        return Vec::new();
    }
    let mut expected: Vec<String> = Vec::new();
    for &what in parser.expected.iter().chain(&parser.possible) {
        match what {
            COMMAND => {
                expected.extend(commands::ALL.iter().map(|row| row.name.to_owned()));
            }
            EXPRESSION => {
                expected.push("<field>".to_owned());
                expected.extend(functions::ALL.iter().map(|function| format!("{}(", function.name)));
            }
            _ => expected.push(what.to_owned()),
        }
    }
    expected.sort_unstable();
    expected.dedup();
    expected
}

/// A command, in expected-sets.
pub(super) const COMMAND: &str = "a command";
/// An expression, in expected-sets.
pub(super) const EXPRESSION: &str = "an expression";
/// A name, in expected-sets.
pub(super) const NAME: &str = "<name>";

pub(super) struct Parser<'a> {
    text: &'a str,
    /// Without blanks and comments.
    pub(super) tokens: Vec<Token>,
    /// The place of the cursor among them.
    pub(super) at: usize,
    /// What was asked for where the cursor stands.
    expected: Vec<&'static str>,
    /// What could also stand there and is left out of messages: operators.
    possible: Vec<&'static str>,
    errors: Vec<Diagnostic>,
    notices: Vec<Diagnostic>,
    /// How many expressions are being parsed inside each other.
    pub(super) depth: usize,
    /// How many queries are being parsed inside each other.
    nested: usize,
    /// The place of the first command's name.
    begin: usize,
}

/// How many commands a query may have: each is a level of the plan, and CloudWatch takes 10,000 characters in all.
const COMMANDS: usize = 100;

/// How deep queries may nest: each is planned on the stack, and no person writes so many.
const NESTED: usize = 8;

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        let all = lex(text);
        let errors = all
            .iter()
            .filter(|token| token.kind == TokenKind::ForeignComment)
            .map(|token| {
                Diagnostic::error("I014", "comments start with `#`")
                    .at(Span::new(token.span.start, token.span.start + 2), "no comment here")
                    .help("write `# …`")
            })
            .collect();
        let tokens = all.into_iter().filter(|token| !token.kind.is_trivia()).collect();
        Self {
            text,
            tokens,
            at: 0,
            expected: Vec::new(),
            possible: Vec::new(),
            errors,
            notices: Vec::new(),
            depth: 0,
            nested: 0,
            begin: 0,
        }
    }

    fn explain(&mut self) -> Option<Explain> {
        if !self.is_word_ahead(0, "explain") || self.ahead(1).kind != TokenKind::Word {
            return None;
        }
        self.bump();
        Some(if self.eat_word("analyze").is_some() { Explain::Analyze } else { Explain::Plan })
    }

    fn query(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        if self.peek() == TokenKind::End {
            self.expected.push(COMMAND);
            if self.errors.is_empty() {
                let end = self.text.len();
                self.report(
                    Diagnostic::error("I003", "the query is empty")
                        .at(Span::new(end, end), "expected a command")
                        .help("begin with `filter`, `fields` or `stats`"),
                );
            }
            return commands;
        }
        self.eat(TokenKind::Pipe);
        self.begin = self.at;
        loop {
            self.depth = 0;
            match self.command(TokenKind::End) {
                Ok(_) if commands.len() == COMMANDS => {
                    self.report(
                        Diagnostic::error("I024", format!("a query has at most {COMMANDS} commands"))
                            .at(self.last(), "one too many")
                            .help("join conditions with `and`, and fields with commas"),
                    );
                    return commands;
                }
                Ok(command) => commands.push(command),
                Err(error) => {
                    // Another command after a line end: only the `|` is missing, so its own errors are worth telling.
                    let goes_on = error.code == "I005";
                    self.report(error);
                    if goes_on {
                        continue;
                    }
                    self.skip_to_pipe();
                }
            }
            if self.eat(TokenKind::Pipe).is_none() {
                return commands;
            }
        }
    }

    /// A query in parentheses: its first error ends it, and the command that it stands in.
    pub(super) fn subquery(&mut self) -> Parsed<Subquery> {
        let start = self.require(TokenKind::OpenParen)?.span;
        self.nested += 1;
        if self.nested > NESTED {
            return Err(Diagnostic::error("I024", "queries are nested too deeply")
                .at(start, format!("more than {NESTED} levels"))
                .help("ask the inner query first"));
        }
        let depth = std::mem::take(&mut self.depth);
        let mut commands = vec![self.command(TokenKind::CloseParen)?];
        while self.eat(TokenKind::Pipe).is_some() {
            commands.push(self.command(TokenKind::CloseParen)?);
        }
        self.require(TokenKind::CloseParen)?;
        self.depth = depth;
        self.nested -= 1;
        Ok(Subquery { commands, span: Span::new(start.start, self.last_end()) })
    }

    /// A command, and that a pipe or the end of its query follows.
    fn command(&mut self, end: TokenKind) -> Parsed<Command> {
        self.expected.clear();
        self.possible.clear();
        self.expected.push(COMMAND);
        if self.peek() != TokenKind::Word {
            return Err(self.no_command());
        }
        let word = self.bump();
        let text = self.slice(word.span);
        let Some(row) = commands::find(text) else { return Err(self.unknown_command(word)) };
        let command = (row.parse)(self, word.span)?;
        self.expect("|");
        if end != TokenKind::End {
            self.expect(end.describe());
        }
        let follows = self.peek();
        if follows == TokenKind::Pipe || follows == end { Ok(command) } else { Err(self.unexpected()) }
    }

    fn no_command(&self) -> Diagnostic {
        let found = self.token();
        if found.kind == TokenKind::End {
            return Diagnostic::error("I003", "a `|` needs a command after it")
                .at(self.tokens.last().map_or(found.span, |last| last.span), "nothing follows")
                .help("remove it, or add a command");
        }
        let error = Diagnostic::error("I003", format!("expected a command, found {}", self.found()));
        let error = error.at(found.span, "not a command");
        let doubled =
            found.kind == TokenKind::Pipe && self.at > 0 && self.tokens[self.at - 1].span.end == found.span.start;
        if doubled { error.help("write one `|` between commands, and `or` between conditions") } else { error }
    }

    fn unknown_command(&self, word: Token) -> Diagnostic {
        let text = self.slice(word.span);
        if let Some(remedy) = habits::command(text) {
            return Diagnostic::error("I002", format!("`{text}` is a word of another language"))
                .at(word.span, "not a command")
                .help(remedy);
        }
        let error = Diagnostic::error("I001", format!("no command is named `{text}`")).at(word.span, "not a command");
        match closest(text, commands::ALL.iter().map(|row| row.name)) {
            Some(name) => error.help(format!("`{name}` has a similar name")),
            None => error.help(format!("commands are {}", commands::names())),
        }
    }

    fn skip_to_pipe(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                TokenKind::End => return,
                TokenKind::Pipe if depth == 0 => return,
                TokenKind::OpenParen => depth += 1,
                TokenKind::CloseParen => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.bump();
        }
    }

    /// Adds an error, and goes on.
    pub(super) fn report(&mut self, error: Diagnostic) {
        match error.severity {
            Severity::Error => self.errors.push(error),
            Severity::Notice => self.notices.push(error),
        }
    }

    /// The token at the cursor.
    pub(super) fn token(&self) -> Token {
        self.ahead(0)
    }

    /// The token `count` places after the cursor.
    pub(super) fn ahead(&self, count: usize) -> Token {
        let end = self.text.len();
        let none = Token { kind: TokenKind::End, span: Span::new(end, end) };
        self.tokens.get(self.at + count).copied().unwrap_or(none)
    }

    /// The kind of the token at the cursor.
    pub(super) fn peek(&self) -> TokenKind {
        self.token().kind
    }

    /// The text of a place.
    pub(super) fn slice(&self, span: Span) -> &'a str {
        &self.text[span.range()]
    }

    /// Whether the token `count` places after the cursor is this word, in any case.
    pub(super) fn is_word_ahead(&self, count: usize, word: &str) -> bool {
        let token = self.ahead(count);
        token.kind == TokenKind::Word && self.slice(token.span).eq_ignore_ascii_case(word)
    }

    /// The end of the last token taken.
    pub(super) fn last_end(&self) -> usize {
        self.at.checked_sub(1).map_or(0, |last| self.tokens[last].span.end)
    }

    /// Takes the token at the cursor, whatever it is.
    pub(super) fn bump(&mut self) -> Token {
        let token = self.token();
        if token.kind != TokenKind::End {
            self.at += 1;
            self.expected.clear();
            self.possible.clear();
        }
        token
    }

    /// Takes the token at the cursor if it is of this kind, else notes that it was expected.
    pub(super) fn eat(&mut self, kind: TokenKind) -> Option<Token> {
        if self.peek() == kind {
            return Some(self.bump());
        }
        self.expect(kind.describe());
        None
    }

    /// Takes the word at the cursor if it is this keyword, else notes that it was expected.
    pub(super) fn eat_word(&mut self, word: &'static str) -> Option<Token> {
        if self.is_word_ahead(0, word) {
            return Some(self.bump());
        }
        self.expect(word);
        None
    }

    /// Notes that something could stand at the cursor.
    pub(super) fn expect(&mut self, what: &'static str) {
        if !self.expected.contains(&what) {
            self.expected.push(what);
        }
    }

    /// Whether an operator could stand at the cursor.
    pub(super) fn after_operand(&self) -> bool {
        self.possible.contains(&"and")
    }

    /// Notes that something could stand at the cursor, for completion only.
    pub(super) fn allow(&mut self, what: &'static str) {
        if !self.possible.contains(&what) {
            self.possible.push(what);
        }
    }

    /// Takes a token of this kind.
    pub(super) fn require(&mut self, kind: TokenKind) -> Parsed<Token> {
        self.eat(kind).ok_or_else(|| self.unexpected())
    }

    /// How a message names what stands at the cursor.
    pub(super) fn found(&self) -> String {
        match self.peek() {
            TokenKind::End => "the end of the query".to_owned(),
            _ => {
                let text = self.slice(self.token().span);
                let short: String = text.chars().take(40).collect();
                if short.len() < text.len() { format!("`{short}…`") } else { format!("`{short}`") }
            }
        }
    }

    /// The error that what stands at the cursor is nothing of what was expected.
    pub(super) fn unexpected(&self) -> Diagnostic {
        let found = self.token();
        let text = self.slice(found.span);
        if let Some(error) = self.lexical(found) {
            return error;
        }
        if let Some(error) = habits::operator(self) {
            return error;
        }
        let expected = sentence(&self.expected);
        if found.kind == TokenKind::Word && commands::find(text).is_some() && self.expected.contains(&"|") {
            return Diagnostic::error("I005", format!("expected {expected} before `{text}`"))
                .at(found.span, "a new command")
                .help("separate commands with `|`");
        }
        let label = format!("expected {expected}");
        Diagnostic::error("I004", format!("expected {expected}, found {}", self.found())).at(found.span, label)
    }

    /// The error of a token that is wrong by itself.
    fn lexical(&self, found: Token) -> Option<Diagnostic> {
        let text = self.slice(found.span);
        match found.kind {
            TokenKind::Unclosed => {
                let opening = Span::new(found.span.start, found.span.start + 1);
                let what = match text.as_bytes().first() {
                    Some(b'/') => "pattern",
                    Some(b'`') => "quoted name",
                    _ => "string",
                };
                let error = Diagnostic::error("I006", format!("this {what} never ends")).at(opening, "opened here");
                Some(error.help(format!("close it with `{}`", &text[..1])))
            }
            TokenKind::Stray => Some(
                Diagnostic::error("I031", format!("`{text}` has no meaning here"))
                    .at(found.span, "not part of the language"),
            ),
            _ => None,
        }
    }

    /// The place of the last token taken.
    pub(super) fn last(&self) -> Span {
        self.at.checked_sub(1).map_or(Span::new(0, 0), |last| self.tokens[last].span)
    }

    /// Whether the last token taken is the first of its query.
    pub(super) fn begins_query(&self) -> bool {
        let before = self.at.checked_sub(2).map(|before| self.tokens[before].kind);
        self.at == self.begin + 1 || before == Some(TokenKind::OpenParen)
    }

    /// Whether the query stands inside another.
    pub(super) fn is_nested(&self) -> bool {
        self.nested > 0
    }

    /// One or more, with commas between them.
    pub(super) fn list<T>(&mut self, one: impl Fn(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut list = vec![one(self)?];
        while self.eat(TokenKind::Comma).is_some() {
            list.push(one(self)?);
        }
        Ok(list)
    }
}

/// `a`, `b` or `c`.
fn sentence(expected: &[&str]) -> String {
    let one = |what: &&str| match what.strip_prefix('<').and_then(|what| what.strip_suffix('>')) {
        Some(class) if class.len() > 1 => format!("a {class}"),
        _ if *what == COMMAND || *what == EXPRESSION || what.starts_with("a ") || what.starts_with("the ") => {
            (*what).to_owned()
        }
        _ => format!("`{what}`"),
    };
    let mut words: Vec<String> = expected.iter().map(one).collect();
    match words.pop() {
        None => "the end of the query".to_owned(),
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} or {last}", words.join(", ")),
    }
}

/// Whether an expression is a constant that a list can hold.
pub(super) fn is_constant(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Flag(_) => true,
        ExprKind::Negate(inner) => matches!(inner.kind, ExprKind::Number(_)),
        _ => false,
    }
}
