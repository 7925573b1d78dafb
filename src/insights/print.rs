//! Queries → text: one spelling for everything, which parses to the same again.

use std::fmt::{self, Write as _};

use super::ast::{
    Explain, Expr, ExprKind, Glob, Item, List, Name, Operator, Path, Pattern, Query, Segment, Subquery, Text,
    is_reserved, level,
};
use super::functions;
use super::lexer::{is_word, is_word_start};

impl Expr {
    /// Writes the expression, in parentheses when it binds more loosely than `least`.
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>, least: u8) -> fmt::Result {
        if self.level() < least { write!(f, "({self})") } else { write!(f, "{self}") }
    }
}

impl fmt::Display for Query {
    /// The canonical text: one command per line, one spelling for everything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.explain {
            Some(Explain::Plan) => f.write_str("EXPLAIN ")?,
            Some(Explain::Analyze) => f.write_str("EXPLAIN ANALYZE ")?,
            None => {}
        }
        write_between(f, &self.commands, "\n| ")
    }
}

impl fmt::Display for Subquery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        write_between(f, &self.commands, " | ")?;
        f.write_str(")")
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Number(text) => f.write_str(text),
            ExprKind::Text(text) => write_text(f, text),
            ExprKind::Flag(flag) => write!(f, "{flag}"),
            ExprKind::Null => f.write_str("null"),
            ExprKind::Field(path) => write!(f, "{path}"),
            ExprKind::Call(call) if call.args.is_empty() && functions::counts_rows(&call.name.text) => {
                write!(f, "{}(*)", call.name.text)
            }
            ExprKind::Call(call) => write!(f, "{}({})", call.name.text, List(&call.args)),
            ExprKind::Period(period) => write!(f, "{period}"),
            ExprKind::Negate(operand) => {
                // Two minus signs in a row would read as a comment.
                let least = if matches!(operand.kind, ExprKind::Negate(_)) { level::PRIMARY } else { level::NEGATE };
                f.write_char('-')?;
                operand.write(f, least)
            }
            ExprKind::Not(operand) => {
                f.write_str("not ")?;
                operand.write(f, level::NOT)
            }
            ExprKind::All(operands) => write_chain(f, operands, " and ", level::NOT),
            ExprKind::Any(operands) => write_chain(f, operands, " or ", level::AND),
            ExprKind::Binary(operator, left, right) => {
                let level = operator.level();
                let (left_least, right_least) = match operator {
                    Operator::Power => (level::NEGATE, level::POWER),
                    _ if level == level::COMPARE => (level::ADD, level::ADD),
                    _ => (level, level + 1),
                };
                left.write(f, left_least)?;
                write!(f, " {} ", operator.text())?;
                right.write(f, right_least)
            }
            ExprKind::Like { subject, negated, pattern } => {
                subject.write(f, level::ADD)?;
                f.write_str(if *negated { " not like " } else { " like " })?;
                write!(f, "{pattern}")
            }
            ExprKind::In { subject, negated, list } => {
                subject.write(f, level::ADD)?;
                f.write_str(if *negated { " not in " } else { " in " })?;
                write!(f, "[{}]", List(list))
            }
            ExprKind::InQuery { subject, negated, query } => {
                subject.write(f, level::ADD)?;
                f.write_str(if *negated { " not in " } else { " in " })?;
                write!(f, "{query}")
            }
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write_text(f, text),
            Self::Regex(pattern) => {
                f.write_char('/')?;
                let mut escaped = false;
                for c in pattern.chars() {
                    if c == '/' && !escaped {
                        f.write_char('\\')?;
                    }
                    escaped = c == '\\' && !escaped;
                    f.write_char(c)?;
                }
                f.write_char('/')
            }
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.segments.iter().enumerate() {
            let Segment::Name(segment) = segment else {
                f.write_str("[*]")?;
                continue;
            };
            if index > 0 {
                f.write_char('.')?;
            }
            let bare = if index == 0 {
                segment.starts_with(is_word_start) && !(self.segments.len() == 1 && is_reserved(segment))
            } else {
                !segment.is_empty()
            };
            if bare && segment.chars().all(|c| is_word(c) && c != '.') {
                f.write_str(segment)?;
            } else {
                write_quoted(f, segment)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_text(f, &self.text)
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(path) => write!(f, "{path}"),
            Self::Many(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        let bare = text.starts_with(is_word_start)
            && text.chars().all(is_word)
            && text.split('.').all(|segment| !segment.is_empty())
            && !is_reserved(text);
        if bare { f.write_str(text) } else { write_quoted(f, text) }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.expr)?;
        self.alias.as_ref().map_or(Ok(()), |alias| write!(f, " as {alias}"))
    }
}

impl<T: fmt::Display> fmt::Display for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_between(f, self.0, ", ")
    }
}

fn write_between(f: &mut fmt::Formatter<'_>, values: &[impl fmt::Display], between: &str) -> fmt::Result {
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        write!(f, "{value}")?;
    }
    Ok(())
}

fn write_chain(f: &mut fmt::Formatter<'_>, operands: &[Expr], word: &str, least: u8) -> fmt::Result {
    for (index, operand) in operands.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        operand.write(f, least)?;
    }
    Ok(())
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn write_quoted(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    write!(f, "`{}`", name.replace('`', "\\`"))
}
