//! `join`: these rows beside those of another query, where keys are equal. Afterwards `alias.field` names a field of
//! either side, and a bare name means the left side first.
//!
//! Source: CloudWatch Logs User Guide, "join".

use std::fmt;

use datafusion::logical_expr::{JoinType, LogicalPlanBuilder};

use super::{Command, Row};
use crate::diag::{Diagnostic, Span};
use crate::insights::ast::{Expr, ExprKind, Name, Operator, Path, Segment, Subquery};
use crate::insights::lower::{Lowers, unplanned};
use crate::insights::parser::{Parsed, Parser};
use crate::insights::rows::Rows;
use crate::insights::value::Value;

pub(super) const ROW: Row = Row {
    name: "join",
    usage: "join type=inner|left left=a right=b where a.x = b.y (SOURCE 'archive' | …)",
    summary: "Puts the rows of another query beside these, where keys are equal.",
    example: "filter eventName = \"CreateAccessKey\" | join type=left left=k right=u \
              where k.responseElements.accessKey.accessKeyId = u.userIdentity.accessKeyId (filter ispresent(userIdentity.accessKeyId)) \
              | fields k.eventTime, u.eventName",
    parse,
};

/// See the file.
#[derive(Debug, Clone)]
pub struct Join {
    keeps_left: bool,
    left: Name,
    right: Name,
    condition: Expr,
    pub(in crate::insights) query: Subquery,
}

fn parse(parser: &mut Parser<'_>, word: Span) -> Parsed<Command> {
    let (mut keeps_left, mut left, mut right) = (false, None, None);
    loop {
        if parser.eat_option("type") {
            let kind = parser.name()?;
            keeps_left = match kind.text.to_ascii_lowercase().as_str() {
                "inner" => false,
                "left" => true,
                _ => {
                    return Err(Diagnostic::error("I036", format!("no join is of type `{}`", kind.text))
                        .at(kind.span, "not a type")
                        .help("write `type=inner` or `type=left`"));
                }
            };
        } else if parser.eat_option("left") {
            left = Some(parser.name()?);
        } else if parser.eat_option("right") {
            right = Some(parser.name()?);
        } else {
            break;
        }
    }
    let (Some(left), Some(right)) = (left, right) else {
        return Err(Diagnostic::error("I037", "`join` needs `left=` and `right=`, a name for either side")
            .at(word, "one of them is missing")
            .help("write `join left=a right=b where a.x = b.y (SOURCE 'archive')`"));
    };
    if left.text == right.text {
        return Err(
            Diagnostic::error("I037", format!("both sides are named `{}`", left.text)).at(right.span, "the same name")
        );
    }
    if parser.eat_word("where").is_none() {
        return Err(parser.unexpected());
    }
    let condition = parser.expr()?;
    let query = parser.subquery()?;
    Ok(Command::Join(Join { keeps_left, left, right, condition, query }))
}

impl Join {
    pub(super) fn lower(&self, rows: &mut Rows) -> Lowers<()> {
        let mut right = rows.subquery(&self.query)?;
        let (mut left_keys, mut right_keys) = (Vec::new(), Vec::new());
        for part in self.condition.conjuncts() {
            let (a, b) = self.sides(part)?;
            let (a, b) = (rows.look_up(&a), right.look_up(&b));
            left_keys.push(rows.computed("left", a.unwrap_or_else(Value::missing).text())?);
            right_keys.push(right.computed("right", b.unwrap_or_else(Value::missing).text())?);
        }
        let kind = if self.keeps_left { JoinType::Left } else { JoinType::Inner };
        let plan = LogicalPlanBuilder::from(rows.plan.clone())
            .join_with_expr_keys(right.plan.clone(), kind, (left_keys, right_keys), None)
            .and_then(LogicalPlanBuilder::build);
        rows.put_beside(plan.map_err(unplanned)?, &self.left.text, (self.right.text.clone(), right));
        rows.reaches_scan = false;
        Ok(())
    }

    /// The fields that a part of the condition compares, left side first, each without its side's name.
    fn sides(&self, part: &Expr) -> Lowers<(Path, Path)> {
        let ExprKind::Binary(Operator::Equal, a, b) = &part.kind else { return Err(self.unequal(part)) };
        let side = |expr: &Expr, alias: &Name| {
            let path = expr.field()?;
            let steps = path.steps();
            let (first, rest) = steps.split_first()?;
            let fits = *first == Segment::Name(alias.text.clone()) && !rest.is_empty();
            fits.then(|| Path { segments: rest.to_vec(), span: path.span })
        };
        for path in [a, b].iter().filter_map(|expr| expr.field()) {
            let steps = path.steps();
            let first = steps.first().map(Segment::name).unwrap_or_default();
            if first != self.left.text && first != self.right.text {
                return Err(Diagnostic::error("I037", format!("no side is named `{first}`"))
                    .at(path.span, "of neither side")
                    .help(format!("begin it with `{}.` or `{}.`", self.left, self.right)));
            }
        }
        let pair = side(a, &self.left).zip(side(b, &self.right));
        pair.or_else(|| side(b, &self.left).zip(side(a, &self.right))).ok_or_else(|| self.unequal(part))
    }

    fn unequal(&self, part: &Expr) -> Diagnostic {
        let (left, right) = (&self.left.text, &self.right.text);
        Diagnostic::error("I037", "`join` compares a field of one side with a field of the other by `=`")
            .at(part.span, "not such a comparison")
            .help(format!("write `{left}.field = {right}.field`, and filter inside the parentheses or after the join"))
    }
}

impl fmt::Display for Join {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.keeps_left { "left" } else { "inner" };
        write!(f, "join type={kind} left={} right={} where {} {}", self.left, self.right, self.condition, self.query)
    }
}
