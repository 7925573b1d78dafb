//! Functions of many rows, and windows.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::expr::{AggregateFunction, AggregateFunctionParams, NullTreatment, WindowFunction};
use datafusion::logical_expr::{
    Expr, SortExpr, WindowFrame, WindowFrameBound, WindowFrameUnits, WindowFunctionDefinition,
};

use super::expr::{Sql, Writer, Writes, is_null};
use super::order::natural_of;
use super::reads::may_be_number;
use super::{Refused, Remark, Target};
use crate::functions::{self, Build, Origin};

/// Functions of the engine that Trino has too, with the same meaning.
const SHARED: &[&str] = &[
    "array_agg",
    "avg",
    "bool_and",
    "bool_or",
    "corr",
    "count",
    "covar_pop",
    "covar_samp",
    "max",
    "min",
    "regr_intercept",
    "regr_slope",
    "stddev",
    "stddev_pop",
    "sum",
    "var_pop",
    "var_samp",
];

/// Functions of windows, likewise.
const SHARED_WINDOWS: &[&str] = &[
    "cume_dist",
    "dense_rank",
    "first_value",
    "lag",
    "last_value",
    "lead",
    "nth_value",
    "ntile",
    "percent_rank",
    "rank",
    "row_number",
];

/// Functions that look at the whole partition, whatever the frame.
const RANKING: &[&str] = &["cume_dist", "dense_rank", "lag", "lead", "ntile", "percent_rank", "rank", "row_number"];

impl Writer<'_> {
    pub(super) fn aggregate(&self, aggregate: &AggregateFunction) -> Writes<Sql> {
        let AggregateFunction { func, params } = aggregate;
        let AggregateFunctionParams { args, order_by, null_treatment, .. } = params;
        let ignores_nulls = *null_treatment == Some(NullTreatment::IgnoreNulls);
        Ok(match (func.name(), args.as_slice()) {
            ("count", [Expr::Literal(value, _)]) if !value.is_null() && !params.distinct => {
                self.over_rows("count", "*", params)?
            }
            ("first_value" | "last_value", [value]) if order_by.len() == 1 && ignores_nulls => {
                self.by_time(func.name(), value, &order_by[0], params)?
            }
            ("approx_percentile_cont", [value, Expr::Literal(percentile, _), ..]) => {
                let percentile = self.literal(percentile, false)?.text;
                let written = match self.target {
                    Target::Trailql => {
                        let order = self.order(order_by)?;
                        let order = if order_by.is_empty() { self.text(value)? } else { order };
                        format!("approx_percentile_cont({percentile}) WITHIN GROUP (ORDER BY {order})")
                    }
                    Target::Athena => {
                        self.remarks.borrow_mut().insert(Remark::Percentiles);
                        format!("approx_percentile({}, {percentile})", self.text(value)?)
                    }
                };
                Sql::primary(format!("{written}{}", self.only(params)?))
            }
            ("percentile_cont", [value, percentile]) if self.target == Target::Athena => {
                self.remarks.borrow_mut().insert(Remark::Percentiles);
                let percentile = self.texts(std::slice::from_ref(percentile))?.concat();
                let written = format!("approx_percentile({}, {percentile})", self.text(value)?);
                Sql::primary(format!("{written}{}", self.only(params)?))
            }
            (name, args) if SHARED.contains(&name) || self.has_aggregate(name) => {
                let mut inner = self.texts(args)?.join(", ");
                if !order_by.is_empty() {
                    inner = format!("{inner} ORDER BY {}", self.order(order_by)?);
                }
                let written = self.over_rows(name, &inner, params)?;
                let nulls = if ignores_nulls { " IGNORE NULLS" } else { "" };
                Sql::primary(format!("{}{nulls}", written.text))
            }
            (name, _) => return Err(Refused::function(name)),
        })
    }

    fn has_aggregate(&self, name: &str) -> bool {
        let listed = functions::all().find(|listed| listed.name == name || listed.aliases.contains(&name));
        match listed {
            Some(listed) => {
                matches!(listed.build, Build::Aggregate(_))
                    && (self.target == Target::Trailql || listed.origin == Origin::Trino)
            }
            None => self.target == Target::Trailql,
        }
    }

    fn over_rows(&self, name: &str, args: &str, params: &AggregateFunctionParams) -> Writes<Sql> {
        let distinct = if params.distinct { "DISTINCT " } else { "" };
        Ok(Sql::primary(format!("{name}({distinct}{args}){}", self.only(params)?)))
    }

    /// The rows that count.
    fn only(&self, params: &AggregateFunctionParams) -> Writes<String> {
        match &params.filter {
            Some(filter) => Ok(format!(" FILTER (WHERE {})", self.condition(filter)?.text)),
            None => Ok(String::new()),
        }
    }

    /// The first value that is there, in an order.
    fn by_time(&self, name: &str, value: &Expr, key: &SortExpr, params: &AggregateFunctionParams) -> Writes<Sql> {
        if self.target == Target::Trailql {
            let inner = format!("{} ORDER BY {}", self.text(value)?, self.order(std::slice::from_ref(key))?);
            return Ok(Sql::primary(format!("{}{} IGNORE NULLS", call_of(name, &inner), self.only(params)?)));
        }
        let by = match self.time_text(&key.expr) {
            Some(text) => text,
            None => self.text(&key.expr)?,
        };
        let name = if key.asc == (name == "first_value") { "min_by" } else { "max_by" };
        let present = self.presence(value, true)?;
        let only = match &params.filter {
            Some(filter) => format!("{} AND {}", self.condition(filter)?.at(super::expr::Level::Not), present.text),
            None => present.text,
        };
        Ok(Sql::primary(format!("{name}({}, {by}) FILTER (WHERE {only})", self.text(value)?)))
    }

    /// The least or greatest text in natural order.
    pub(super) fn natural_extreme(&self, aggregate: &AggregateFunction) -> Writes<Sql> {
        let is_max = aggregate.func.name() == "max";
        let natural = match aggregate.params.args.as_slice() {
            [key] if matches!(aggregate.func.name(), "min" | "max") => natural_of(key),
            _ => None,
        };
        let Some(natural) = natural else { return Err(Refused::construct("natural order")) };
        let value = self.text(natural)?;
        let by = if is_max { "max_by" } else { "min_by" };
        if self.target == Target::Trailql {
            return Ok(Sql::primary(format!("{by}({value}, natural_key({value})){}", self.only(&aggregate.params)?)));
        }
        self.remarks.borrow_mut().insert(Remark::Order);
        if aggregate.params.filter.is_some() {
            return Err(Refused::construct("natural order of some rows"));
        }
        if !may_be_number(self.parts, natural) {
            return Ok(Sql::primary(format!("{}({value})", aggregate.func.name())));
        }
        let number = format!("TRY_CAST({value} AS double)");
        Ok(Sql::primary(if is_max {
            format!("coalesce(max_by({value}, {number}), max({value}))")
        } else {
            format!("coalesce(min({value}) FILTER (WHERE {number} IS NULL), min_by({value}, {number}))")
        }))
    }

    pub(super) fn window(&self, window: &WindowFunction) -> Writes<Sql> {
        let params = &window.params;
        let function = match &window.fun {
            WindowFunctionDefinition::AggregateUDF(func) => {
                let params = AggregateFunctionParams {
                    args: params.args.clone(),
                    distinct: params.distinct,
                    filter: params.filter.clone(),
                    order_by: Vec::new(),
                    null_treatment: params.null_treatment,
                };
                self.aggregate(&AggregateFunction { func: std::sync::Arc::clone(func), params })?.text
            }
            WindowFunctionDefinition::WindowUDF(func) if SHARED_WINDOWS.contains(&func.name()) => {
                let nulls = match params.null_treatment {
                    Some(NullTreatment::IgnoreNulls) => " IGNORE NULLS",
                    _ => "",
                };
                let args = match (func.name(), params.args.as_slice()) {
                    ("lag" | "lead", [value, Expr::Literal(ScalarValue::Int64(Some(1)), _), default])
                        if is_null(default) =>
                    {
                        std::slice::from_ref(value)
                    }
                    ("lag" | "lead", [value @ .., default]) if value.len() == 2 && is_null(default) => value,
                    (_, args) => args,
                };
                format!("{}({}){nulls}", func.name(), self.texts(args)?.join(", "))
            }
            WindowFunctionDefinition::WindowUDF(func) => return Err(Refused::function(func.name())),
        };
        let mut over = Vec::new();
        if !params.partition_by.is_empty() {
            over.push(format!("PARTITION BY {}", self.texts(&params.partition_by)?.join(", ")));
        }
        if !params.order_by.is_empty() {
            over.push(format!("ORDER BY {}", self.order(&params.order_by)?));
        }
        // DataFusion looks for a range even where no frame matters, and knows none of bytes.
        let is_of_bytes = params.order_by.first().is_some_and(|key| self.type_of(&key.expr) == DataType::Binary);
        if !RANKING.contains(&window.fun.name()) {
            over.extend(frame(&params.window_frame, !params.order_by.is_empty())?);
        } else if is_of_bytes && self.target == Target::Trailql {
            over.push("ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW".to_owned());
        }
        Ok(Sql::primary(format!("{function} OVER ({})", over.join(" "))))
    }
}

fn call_of(name: &str, inner: &str) -> String {
    format!("{name}({inner})")
}

/// The frame, where it is not what stands for itself.
fn frame(frame: &WindowFrame, is_ordered: bool) -> Writes<Option<String>> {
    use WindowFrameBound::{CurrentRow, Following, Preceding};
    let from_start = matches!(&frame.start_bound, Preceding(rows) if rows.is_null());
    let to_end = matches!(&frame.end_bound, Following(rows) if rows.is_null());
    let is_range = frame.units == WindowFrameUnits::Range;
    let is_usual = from_start
        && match &frame.end_bound {
            CurrentRow => is_range,
            _ => to_end && !is_ordered,
        };
    if is_usual {
        return Ok(None);
    }
    let bound = |bound: &WindowFrameBound| {
        let (rows, word) = match bound {
            CurrentRow => return Ok("CURRENT ROW".to_owned()),
            Preceding(rows) => (rows, "PRECEDING"),
            Following(rows) => (rows, "FOLLOWING"),
        };
        Ok(match rows {
            rows if rows.is_null() => format!("UNBOUNDED {word}"),
            ScalarValue::UInt64(Some(rows)) => format!("{rows} {word}"),
            rows => return Err(Refused::construct(format!("a window of `{rows}` before or after a row"))),
        })
    };
    let units = frame.units.to_string();
    Ok(Some(format!("{units} BETWEEN {} AND {}", bound(&frame.start_bound)?, bound(&frame.end_bound)?)))
}
