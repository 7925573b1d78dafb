//! Trino's syntax for which DataFusion has other syntax or a function.

use datafusion::sql::sqlparser::ast::helpers::attached_token::AttachedToken;
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CaseWhen, CastKind, DateTimeField, Expr, Fetch, Function, FunctionArg, FunctionArgExpr,
    FunctionArgumentClause, FunctionArguments, Ident, Interval, LimitClause, ObjectName, OrderBy, OrderByKind, Query,
    SelectItem, SetExpr, Value,
};

use super::build::{arguments, call, function_name, text, text_of};
use super::first_seen;

/// Rewrites an expression whose parts are rewritten already.
pub(super) fn rewrite(expr: &mut Expr) {
    let rewritten = match expr {
        Expr::Function(function) => of_function(function),
        Expr::AtTimeZone { timestamp, time_zone } => {
            Some(call("at_timezone", [timestamp.as_ref().clone(), time_zone.as_ref().clone()]))
        }
        Expr::Interval(interval) => range(interval).map(|written| {
            let value = Box::new(text(&written));
            Expr::Interval(Interval { value, leading_field: None, last_field: None, ..interval.clone() })
        }),
        Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } => is_in(left, right, false),
        Expr::AllOp { left, compare_op: BinaryOperator::NotEq, right } => is_in(left, right, true),
        _ => None,
    };
    if let Some(rewritten) = rewritten {
        *expr = rewritten;
    }
}

/// `FETCH FIRST n ROWS ONLY` is `LIMIT n`, and `LIMIT` may stand after `OFFSET`.
pub(super) fn fetch(query: &mut Query) {
    let Some(Fetch { with_ties: false, percent: false, quantity }) = &query.fetch else { return };
    let limit = Some(quantity.clone().unwrap_or_else(|| Expr::value(Value::Number("1".into(), false))));
    match &mut query.limit_clause {
        Some(LimitClause::LimitOffset { limit: known @ None, .. }) => *known = limit,
        none @ None => {
            *none = Some(LimitClause::LimitOffset { limit, offset: None, limit_by: Vec::new() });
        }
        _ => return,
    }
    query.fetch = None;
}

/// `SELECT DISTINCT useridentity.arn … ORDER BY useridentity.arn`: what is selected is ordered by its position, since
/// in the plan it has another name.
pub(super) fn order_by_position(query: &mut Query) {
    let SetExpr::Select(select) = query.body.as_ref() else { return };
    let has_star = |item: &SelectItem| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..));
    if select.distinct.is_none() || select.projection.iter().any(has_star) {
        return;
    }
    let spelled = |expr: &Expr| expr.to_string().to_lowercase().replace('"', "");
    let selected: Vec<Option<String>> = select
        .projection
        .iter()
        .map(|item| match item {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(spelled(expr)),
            _ => None,
        })
        .collect();
    let Some(OrderBy { kind: OrderByKind::Expressions(keys), .. }) = &mut query.order_by else { return };
    for key in keys {
        let is_plain = matches!(key.expr, Expr::Identifier(_) | Expr::Value(_));
        let found = selected.iter().position(|item| item.as_ref() == Some(&spelled(&key.expr)));
        if let (false, Some(at)) = (is_plain, found) {
            key.expr = Expr::value(Value::Number((at + 1).to_string(), false));
        }
    }
}

fn of_function(function: &mut Function) -> Option<Expr> {
    let name = function_name(function)?;
    match name.as_str() {
        "first_seen" => first_seen::condition(function),
        "if" => {
            let args = arguments(function)?;
            let ([condition, result] | [condition, result, _]) = args.as_slice() else { return None };
            Some(Expr::Case {
                case_token: AttachedToken::empty(),
                end_token: AttachedToken::empty(),
                operand: None,
                conditions: vec![CaseWhen { condition: (*condition).clone(), result: (*result).clone() }],
                else_result: args.get(2).map(|other| Box::new((*other).clone())),
            })
        }
        // A row is a struct.
        "row" => {
            function.name = ObjectName::from(vec![Ident::new("struct")]);
            None
        }
        // Times are UTC, with or without a zone.
        "current_timestamp" | "localtimestamp" => Some(call("now", [])),
        "listagg" => {
            let order = std::mem::take(&mut function.within_group);
            if let FunctionArguments::List(list) = &mut function.args {
                if list.args.len() == 1 {
                    list.args.push(FunctionArg::Unnamed(FunctionArgExpr::Expr(text(""))));
                }
                if !order.is_empty() {
                    list.clauses.push(FunctionArgumentClause::OrderBy(order));
                }
            }
            None
        }
        "json_value" | "json_query" => {
            let FunctionArguments::List(list) = &mut function.args else { return None };
            let clauses = std::mem::take(&mut list.clauses);
            let returned = clauses.into_iter().find_map(|clause| match clause {
                FunctionArgumentClause::JsonReturningClause(returning) => Some(returning.data_type),
                _ => None,
            })?;
            Some(Expr::Cast {
                kind: CastKind::Cast,
                expr: Box::new(Expr::Function(function.clone())),
                data_type: returned,
                array: false,
                format: None,
            })
        }
        "json_object" => {
            if let FunctionArguments::List(list) = &mut function.args {
                list.args = std::mem::take(&mut list.args).into_iter().flat_map(key_and_value).collect();
            }
            None
        }
        _ => None,
    }
}

/// `'k': v` and `KEY 'k' VALUE v` as two arguments.
fn key_and_value(arg: FunctionArg) -> Vec<FunctionArg> {
    let unnamed = |expr| FunctionArg::Unnamed(FunctionArgExpr::Expr(expr));
    match arg {
        FunctionArg::Named { name, arg, .. } => vec![unnamed(text(&name.value)), FunctionArg::Unnamed(arg)],
        FunctionArg::ExprNamed { name, arg, .. } => vec![unnamed(name), FunctionArg::Unnamed(arg)],
        arg => vec![arg],
    }
}

/// `x = ANY (subquery)` is `x IN (subquery)`, `x <> ALL (subquery)` is `x NOT IN (subquery)`.
fn is_in(left: &Expr, right: &Expr, negated: bool) -> Option<Expr> {
    let Expr::Subquery(query) = right else { return None };
    Some(Expr::InSubquery { expr: Box::new(left.clone()), subquery: query.clone(), negated })
}

/// `INTERVAL '1 2:03:04' DAY TO SECOND` and `INTERVAL '1-2' YEAR TO MONTH`, with a unit at each number.
fn range(interval: &Interval) -> Option<String> {
    let (first, last) = (interval.leading_field.as_ref()?, interval.last_field.as_ref()?);
    let value = text_of(&interval.value)?;
    let (sign, value) = match value.trim().strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", value.trim()),
    };
    let units: &[(&str, &[DateTimeField])] = &[
        ("years", &[DateTimeField::Year, DateTimeField::Years]),
        ("months", &[DateTimeField::Month, DateTimeField::Months]),
        ("days", &[DateTimeField::Day, DateTimeField::Days]),
        ("hours", &[DateTimeField::Hour, DateTimeField::Hours]),
        ("minutes", &[DateTimeField::Minute, DateTimeField::Minutes]),
        ("seconds", &[DateTimeField::Second, DateTimeField::Seconds]),
    ];
    let at = |field: &DateTimeField| units.iter().position(|(_, fields)| fields.contains(field));
    let wanted = units.get(at(first)?..=at(last)?)?;
    let numbers: Vec<&str> = value.split(['-', ' ', ':']).filter(|number| !number.is_empty()).collect();
    let has_all = numbers.len() == wanted.len() && numbers.iter().all(|number| number.parse::<f64>().is_ok());
    let parts = numbers.iter().zip(wanted).map(|(number, (unit, _))| format!("{sign}{number} {unit}"));
    has_all.then(|| parts.collect::<Vec<_>>().join(" "))
}
