//! Tokens → expressions, in one loop over operators and how tightly they bind.

use super::ast::{Call, Expr, ExprKind, Name, Operator, Pattern, is_reserved, level};
use super::naming::unquote;
use super::parser::{EXPRESSION, Parsed, Parser, is_constant};
use super::period::{Period, UNITS, Unit};
use super::token::TokenKind;
use super::{commands, functions, habits, regex};
use crate::diag::{Diagnostic, Span, closest};

/// How deep expressions may nest: far beyond what people write, far from the end of the stack.
const DEPTH: usize = 64;

/// An operator after an operand, and how many tokens write it.
enum Infix {
    And,
    Or,
    Binary(Operator),
    Like { negated: bool },
    In { negated: bool },
}

impl Parser<'_> {
    /// An expression.
    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        self.expr_at(level::OR)
    }

    /// An expression that binds at least this tightly.
    pub(super) fn expr_at(&mut self, least: u8) -> Parsed<Expr> {
        self.depth += 1;
        self.check_depth(0)?;
        let mut left = self.prefix(least)?;
        // The operator of `left`, when this loop made it and no parentheses hold it together.
        let mut made: Option<Infix> = None;
        let mut links = 0;
        while let Some((infix, tokens)) = self.infix() {
            let level = infix.level();
            if level < least {
                break;
            }
            let operator = self.token().span;
            if level == level::COMPARE && made.as_ref().is_some_and(|made| made.level() == level) {
                return Err(Diagnostic::error("I004", "comparisons do not chain")
                    .at(operator, "the second comparison")
                    .help("join two comparisons with `and`"));
            }
            for _ in 0..tokens {
                self.bump();
            }
            if !matches!(infix, Infix::And | Infix::Or) {
                links += 1;
                self.check_depth(links)?;
            }
            left = self.operation(left, &infix, made.as_ref(), operator)?;
            made = Some(infix);
        }
        self.depth -= 1;
        Ok(left)
    }

    fn check_depth(&self, links: usize) -> Parsed<()> {
        if self.depth + links <= DEPTH {
            return Ok(());
        }
        Err(Diagnostic::error("I024", "the expression is nested too deeply")
            .at(self.token().span, format!("more than {DEPTH} levels"))
            .help("compute parts of it in `fields … as name` first"))
    }

    fn prefix(&mut self, least: u8) -> Parsed<Expr> {
        let start = self.token().span;
        if least <= level::NOT && (self.peek() == TokenKind::Bang || self.is_word_ahead(0, "not")) {
            self.bump();
            let operand = self.expr_at(level::NOT)?;
            let span = start.to(operand.span);
            return Ok(Expr { kind: ExprKind::Not(Box::new(operand)), span });
        }
        if self.peek() == TokenKind::Minus {
            self.bump();
            let operand = self.expr_at(level::NEGATE)?;
            let span = start.to(operand.span);
            return Ok(Expr { kind: ExprKind::Negate(Box::new(operand)), span });
        }
        self.primary()
    }

    fn operation(&mut self, left: Expr, infix: &Infix, made: Option<&Infix>, operator: Span) -> Parsed<Expr> {
        let start = left.span;
        let kind = match infix {
            Infix::And | Infix::Or => {
                let right = self.expr_at(infix.level() + 1)?;
                let joins = made.is_some_and(|made| made.level() == infix.level());
                let operands = match left.kind {
                    ExprKind::All(mut operands) | ExprKind::Any(mut operands) if joins => {
                        operands.push(right);
                        operands
                    }
                    kind => vec![Expr { kind, span: start }, right],
                };
                if matches!(infix, Infix::And) { ExprKind::All(operands) } else { ExprKind::Any(operands) }
            }
            Infix::Binary(Operator::Power) => {
                let right = self.expr_at(level::POWER)?;
                ExprKind::Binary(Operator::Power, Box::new(left), Box::new(right))
            }
            Infix::Binary(binary) => {
                let right = self.expr_at(infix.level() + 1)?;
                let tight = left.span.end == operator.start && operator.end == right.span.start;
                if *binary == Operator::Subtract && tight && left.field().is_some() && right.field().is_some() {
                    let span = left.span.to(right.span);
                    self.report(
                        Diagnostic::notice("I040", format!("`{}` is a subtraction", self.slice(span)))
                            .at(span, "two fields and a minus sign")
                            .help("write a name that holds `-` in backticks"),
                    );
                }
                ExprKind::Binary(*binary, Box::new(left), Box::new(right))
            }
            Infix::Like { negated } => {
                let pattern = self.pattern()?;
                ExprKind::Like { subject: Box::new(left), negated: *negated, pattern }
            }
            Infix::In { negated } => {
                let (subject, negated) = (Box::new(left), *negated);
                if self.is_subquery(0) {
                    ExprKind::InQuery { subject, negated, query: Box::new(self.subquery()?) }
                } else {
                    ExprKind::In { subject, negated, list: self.constants()? }
                }
            }
        };
        Ok(Expr { kind, span: Span::new(start.start, self.last_end()) })
    }

    /// The operator at the cursor, and how many tokens it takes.
    fn infix(&mut self) -> Option<(Infix, usize)> {
        for word in
            ["and", "or", "like", "in", "not", "=", "!=", "<", "<=", ">", ">=", "=~", "+", "-", "*", "/", "%", "^"]
        {
            self.allow(word);
        }
        let binary = |operator| Some((Infix::Binary(operator), 1));
        match self.peek() {
            TokenKind::Equal => binary(Operator::Equal),
            TokenKind::NotEqual => binary(Operator::NotEqual),
            TokenKind::Less => binary(Operator::Less),
            TokenKind::LessEqual => binary(Operator::LessEqual),
            TokenKind::Greater => binary(Operator::Greater),
            TokenKind::GreaterEqual => binary(Operator::GreaterEqual),
            TokenKind::Plus => binary(Operator::Add),
            TokenKind::Minus => binary(Operator::Subtract),
            TokenKind::Star => binary(Operator::Multiply),
            TokenKind::Slash => binary(Operator::Divide),
            TokenKind::Percent => binary(Operator::Remainder),
            TokenKind::Caret => binary(Operator::Power),
            TokenKind::Match => Some((Infix::Like { negated: false }, 1)),
            TokenKind::Word => {
                if self.is_word_ahead(0, "and") {
                    Some((Infix::And, 1))
                } else if self.is_word_ahead(0, "or") {
                    Some((Infix::Or, 1))
                } else if self.is_word_ahead(0, "like") {
                    Some((Infix::Like { negated: false }, 1))
                } else if self.is_word_ahead(0, "in") {
                    Some((Infix::In { negated: false }, 1))
                } else if self.is_word_ahead(0, "not") && self.is_word_ahead(1, "like") {
                    Some((Infix::Like { negated: true }, 2))
                } else if self.is_word_ahead(0, "not") && self.is_word_ahead(1, "in") {
                    Some((Infix::In { negated: true }, 2))
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    fn primary(&mut self) -> Parsed<Expr> {
        self.expect(EXPRESSION);
        let token = self.token();
        let span = token.span;
        let text = self.slice(span);
        let kind = match token.kind {
            TokenKind::Number => {
                self.bump();
                self.check_number(span);
                ExprKind::Number(text.to_owned())
            }
            TokenKind::Text => {
                self.bump();
                ExprKind::Text(unquote(text))
            }
            TokenKind::OpenParen => {
                self.bump();
                let inner = self.expr()?;
                self.require(TokenKind::CloseParen)?;
                return Ok(inner);
            }
            TokenKind::Word if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") => {
                self.bump();
                ExprKind::Flag(text.eq_ignore_ascii_case("true"))
            }
            TokenKind::Word if text.eq_ignore_ascii_case("null") => {
                self.bump();
                ExprKind::Null
            }
            TokenKind::Word if is_reserved(text) => return Err(self.unexpected()),
            // `join … where a.x = b.y (SOURCE …)` calls nothing.
            TokenKind::Word if self.ahead(1).kind == TokenKind::OpenParen && !self.is_subquery(1) => {
                return self.call();
            }
            TokenKind::Word | TokenKind::Quoted => {
                let path = self.path()?;
                return Ok(Expr { span: path.span, kind: ExprKind::Field(path) });
            }
            _ => return Err(self.unexpected()),
        };
        Ok(Expr { kind, span })
    }

    /// Reports letters that touch a number: hexadecimal digits, or a unit where no period is.
    fn check_number(&mut self, number: Span) {
        let next = self.token();
        if next.kind != TokenKind::Word || next.span.start != number.end {
            return;
        }
        let word = self.bump();
        let span = number.to(word.span);
        let text = self.slice(span);
        let error = Diagnostic::error("I030", format!("`{text}` is not a number")).at(span, "not a number");
        let is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
        self.report(if is_hexadecimal {
            error.help("write it with decimal digits")
        } else {
            error.help("a period such as `5m` stands only inside `bin`, `datefloor` and `dateceil`")
        });
    }

    fn call(&mut self) -> Parsed<Expr> {
        let word = self.bump();
        let written = self.slice(word.span);
        let function = functions::find(written);
        let name = function.map_or(written, |function| function.name).to_owned();
        self.require(TokenKind::OpenParen)?;
        let mut args = Vec::new();
        if self.peek() == TokenKind::Star && self.ahead(1).kind == TokenKind::CloseParen {
            let star = self.bump().span;
            self.bump();
            if let Some(function) = function.filter(|_| !functions::counts_rows(&name)) {
                self.report(
                    Diagnostic::error("I011", format!("`{name}` does not take `*`"))
                        .at(star, "not an argument here")
                        .help(format!("write `{}`", function.usage)),
                );
                // What it lacks is told; how many arguments it has is not worth a second error.
                return Ok(Expr { kind: ExprKind::Null, span: word.span });
            }
        } else if self.eat(TokenKind::CloseParen).is_none() {
            args = self.list(Self::argument)?;
            self.require(TokenKind::CloseParen)?;
        }
        let span = Span::new(word.span.start, self.last_end());
        match function {
            Some(function) => {
                if let Err(error) = function.check(&args, span) {
                    self.report(error);
                }
            }
            None => self.report(unknown_function(written, word.span)),
        }
        Ok(Expr { kind: ExprKind::Call(Call { name: Name { text: name, span: word.span }, args }), span })
    }

    fn argument(&mut self) -> Parsed<Expr> {
        let unit = self.ahead(1);
        let is_period =
            self.peek() == TokenKind::Number && unit.kind == TokenKind::Word && !is_reserved(self.slice(unit.span));
        if !is_period {
            return self.expr();
        }
        let number = self.bump().span;
        let unit = self.bump().span;
        let span = number.to(unit);
        let period = self.period(number, unit);
        Ok(Expr { kind: ExprKind::Period(period), span })
    }

    /// The period these two tokens write; a wrong one is reported and stands for one minute.
    pub(super) fn period(&mut self, number: Span, unit: Span) -> Period {
        let parsed = Unit::parse(self.slice(unit));
        if parsed.is_none() {
            let units: Vec<_> = UNITS.iter().map(|row| row.1[0]).collect();
            self.report(
                Diagnostic::error("I012", format!("`{}` is not a unit of time", self.slice(unit)))
                    .at(unit, "not a unit")
                    .help(format!("units are {}; `m` is minutes and `mo` months", units.join(", "))),
            );
        }
        let count = self.slice(number).parse().ok().filter(|count| *count > 0);
        if count.is_none() {
            self.report(
                Diagnostic::error("I012", format!("a period counts whole units from 1, not `{}`", self.slice(number)))
                    .at(number, "not a whole number from 1"),
            );
        }
        let period = Period { count: count.unwrap_or(1), unit: parsed.unwrap_or(Unit::Minute) };
        if let Some(cap) = period.beyond_cap() {
            let unit_text = self.slice(unit);
            self.report(
                Diagnostic::notice("I044", format!("CloudWatch reads this period as `{cap}{unit_text}`"))
                    .at(number.to(unit), format!("read as {period} here"))
                    .help("write it in the next larger unit"),
            );
        }
        period
    }

    /// What `like`, `=~` and `parse` look for.
    pub(super) fn pattern(&mut self) -> Parsed<Pattern> {
        self.expect("<string>");
        self.expect("<pattern>");
        let token = self.token();
        match token.kind {
            TokenKind::Text => {
                self.bump();
                Ok(Pattern::Text(unquote(self.slice(token.span))))
            }
            TokenKind::Regex => Ok(Pattern::Regex(self.regex()?)),
            _ => Err(self.unexpected()),
        }
    }

    /// The pattern at the cursor, which must be one; what is wrong inside it is reported.
    fn regex(&mut self) -> Parsed<String> {
        let token = self.bump();
        let literal = self.slice(token.span);
        if let Err(error) = regex::check(literal, token.span) {
            self.report(error);
        }
        let flags = self.token();
        if flags.kind == TokenKind::Word && flags.span.start == token.span.end {
            self.bump();
            let flags_text = self.slice(flags.span);
            self.report(
                Diagnostic::error("I009", "a pattern takes no flags after it")
                    .at(flags.span, "flags")
                    .help(format!("write them inside: `/(?{flags_text}){}`", &literal[1..])),
            );
        }
        Ok(regex::text(literal))
    }

    /// `[a, b]` after `in`.
    fn constants(&mut self) -> Parsed<Vec<Expr>> {
        if self.peek() == TokenKind::OpenParen {
            return Err(Diagnostic::error("I016", "a list stands in brackets")
                .at(self.token().span, "expected `[`")
                .help("write `in [\"a\", \"b\"]`"));
        }
        self.require(TokenKind::OpenBracket)?;
        let list = self.list(|parser| {
            let item = parser.expr()?;
            if !is_constant(&item) {
                parser.report(
                    Diagnostic::error("I017", "a list holds constants only")
                        .at(item.span, "not a constant")
                        .help("compare with a field by `=`, and join comparisons with `or`"),
                );
            }
            Ok(item)
        })?;
        self.require(TokenKind::CloseBracket)?;
        Ok(list)
    }

    /// Whether a query in parentheses stands `count` places after the cursor, and not a list.
    fn is_subquery(&self, count: usize) -> bool {
        let inner = self.ahead(count + 1);
        self.ahead(count).kind == TokenKind::OpenParen
            && inner.kind == TokenKind::Word
            && commands::find(self.slice(inner.span)).is_some()
            && !matches!(self.ahead(count + 2).kind, TokenKind::Comma | TokenKind::CloseParen)
    }
}

impl Infix {
    fn level(&self) -> u8 {
        match self {
            Self::Or => level::OR,
            Self::And => level::AND,
            Self::Binary(operator) => operator.level(),
            Self::Like { .. } | Self::In { .. } => level::COMPARE,
        }
    }
}

fn unknown_function(name: &str, span: Span) -> Diagnostic {
    let error = Diagnostic::error("I010", format!("no function is named `{name}`")).at(span, "not a function");
    if let Some(remedy) = habits::function(name) {
        return error.help(remedy);
    }
    match closest(name, functions::ALL.iter().map(|function| function.name)) {
        Some(close) => error.help(format!("`{close}` has a similar name")),
        None => error,
    }
}
