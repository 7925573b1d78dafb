//! A table as `CREATE EXTERNAL TABLE` defines it: a view over the records of its location.
//!
//! Declared columns have their declared types where those differ in meaning (booleans, numbers, times); partition
//! columns are facts of where a log file lies. Our own hidden columns are there as in every table of records.
//!
//! Source: Athena User Guide, "Partition projection" and "Query AWS CloudTrail logs".

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Months, TimeDelta, Utc};
use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::catalog::TableProvider;
use datafusion::common::metadata::FieldMetadata;
use datafusion::common::{Result, TableReference, plan_err};
use datafusion::datasource::{ViewTable, provider_as_source};
use datafusion::functions::expr_fn::concat;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, col, ident, lit, try_cast};

use crate::functions::json;
use crate::functions::time::timestamp_of;
use crate::schema::tables::CLOUDTRAIL;
use crate::schema::{Kind, Shape, Step, TableDefinition, columns};

/// The table that a definition makes of the records at its location.
///
/// # Errors
/// When a partition key has no place in the layout of log files.
pub fn defined(
    records: Arc<dyn TableProvider>,
    definition: &TableDefinition,
    now: DateTime<Utc>,
) -> Result<Arc<dyn TableProvider>> {
    let mut taken: HashSet<&str> = HashSet::new();
    let mut output = Vec::new();
    for field in &definition.columns {
        if taken.insert(field.name()) {
            output.push(column(field));
        }
    }
    let mut only: Option<Expr> = None;
    for field in &definition.partitions {
        let value = partition(field, definition)?;
        let within = projected(&value, field.name(), definition, now);
        only = [only, within].into_iter().flatten().reduce(Expr::and);
        if taken.insert(field.name()) {
            let typed = if field.data_type().is_integer() { try_cast(value, DataType::Int64) } else { value };
            output.push(shown(typed, field.name()));
        }
    }
    let is_free = |column: &&columns::Column| matches!(column.shape, Shape::Virtual(_)) && !taken.contains(column.name);
    output.extend(columns::ALL.iter().filter(is_free).map(|column| ident(column.name)));
    let mut plan = LogicalPlanBuilder::scan(TableReference::bare(CLOUDTRAIL), provider_as_source(records), None)?;
    if let Some(only) = only {
        plan = plan.filter(only)?;
    }
    Ok(Arc::new(ViewTable::new(plan.project(output)?.build()?, Some(definition.text.clone()))))
}

/// A partition column, which `*` shows where our own is hidden.
fn shown(value: Expr, name: &str) -> Expr {
    let metadata = BTreeMap::from([(columns::HIDDEN.to_owned(), "false".to_owned())]);
    let metadata = Some(FieldMetadata::new(metadata));
    value.alias_qualified_with_metadata(Some(CLOUDTRAIL), name, metadata)
}

/// A declared column. One that is as declared stays the table's own, so that members of it reach the scan.
fn column(field: &FieldRef) -> Expr {
    let name = field.name().as_str();
    let Some(known) = columns::find(name) else {
        // A member of the record that the published table does not have.
        let text = json::leaf(col("eventjson"), &[Step::Key(name.into())], Kind::Text);
        return typed(text, field.data_type()).alias_qualified(Some(CLOUDTRAIL), name);
    };
    let value = ident(known.name);
    match known.shape {
        Shape::Time if matches!(field.data_type(), DataType::Timestamp(..)) => {
            timestamp_of(value).alias_qualified(Some(CLOUDTRAIL), name)
        }
        Shape::Text | Shape::Flag | Shape::Time if *field.data_type() != DataType::Utf8 => {
            typed(value, field.data_type()).alias_qualified(Some(CLOUDTRAIL), name)
        }
        _ => value,
    }
}

/// Text as a value of a plain type.
fn typed(text: Expr, data_type: &DataType) -> Expr {
    match data_type {
        DataType::Boolean | DataType::Date32 => try_cast(text, data_type.clone()),
        DataType::Timestamp(..) => timestamp_of(text),
        other if other.is_numeric() => try_cast(text, other.clone()),
        _ => text,
    }
}

/// What a partition column is.
fn partition(field: &FieldRef, definition: &TableDefinition) -> Result<Expr> {
    let name = field.name().as_str();
    if let Some(fact) = by_template(name, definition).or_else(|| by_name(name)) {
        return Ok(match fact {
            Fact::Column(column) => ident(column),
            Fact::Day => day(&date_format(name, definition)),
        });
    }
    plan_err!(
        "partition column `{name}` is no part of a log file's path; write `storage.location.template`, or name it account, region, year, month, day or date"
    )
}

/// What a part of a path says.
enum Fact {
    /// One of our own columns.
    Column(&'static str),
    /// The day of delivery, in some format.
    Day,
}

/// By the names that published tables and runbooks give: `account`, `p_region`, `date_partition`, `dt`.
fn by_name(name: &str) -> Option<Fact> {
    let stem = name.trim_start_matches("p_").trim_end_matches("_partition").trim_end_matches("_part");
    Some(match stem {
        "account" | "account_id" | "accountid" | "acct" | "aws_account" | "awsaccount" | "aws_account_id"
        | "recipientaccountid" => Fact::Column("account"),
        "region" | "awsregion" | "aws_region" => Fact::Column("region"),
        "organization" | "org" | "org_id" | "orgid" | "organization_id" | "o_id" => Fact::Column("organization"),
        "year" | "yyyy" => Fact::Column("year"),
        "month" | "mm" => Fact::Column("month"),
        "day" | "dd" => Fact::Column("day"),
        "timestamp" | "date" | "dt" | "eventdate" | "event_date" | "log_date" | "logdate" | "datehour" => Fact::Day,
        _ => return None,
    })
}

/// By the place of `${name}` in the template: before `CloudTrail` an account, behind it the region, then the day.
fn by_template(name: &str, definition: &TableDefinition) -> Option<Fact> {
    let template = definition.property("storage.location.template")?;
    let parts: Vec<&str> = template.trim_end_matches('/').split('/').collect();
    let mark = format!("${{{name}}}");
    let at = parts.iter().position(|part| part.eq_ignore_ascii_case(&mark))?;
    let folder = parts.iter().position(|part| part.starts_with("CloudTrail"))?;
    if at < folder {
        return Some(Fact::Column(if at + 1 == folder { "account" } else { "organization" }));
    }
    match (at - folder, parts.len() - at) {
        (1, _) => Some(Fact::Column("region")),
        (2, 1) => Some(Fact::Day),
        (2, _) => Some(Fact::Column("year")),
        (3, _) => Some(Fact::Column("month")),
        (4, _) => Some(Fact::Column("day")),
        _ => None,
    }
}

fn date_format(name: &str, definition: &TableDefinition) -> String {
    definition.property(&format!("projection.{name}.format")).unwrap_or("yyyy/MM/dd").to_owned()
}

/// The day of delivery as `yyyy`, `MM` and `dd` of a format write it.
fn day(format: &str) -> Expr {
    match format {
        "yyyy/MM/dd" => return ident("timestamp"),
        "yyyy-MM-dd" => return ident("date"),
        _ => {}
    }
    let mut parts = Vec::new();
    let mut rest = format;
    while !rest.is_empty() {
        let known = [("yyyy", "year"), ("MM", "month"), ("dd", "day")];
        if let Some((letters, column)) = known.iter().find(|(letters, _)| rest.starts_with(letters)) {
            parts.push(ident(*column));
            rest = &rest[letters.len()..];
        } else {
            let end = rest.char_indices().nth(1).map_or(rest.len(), |(end, _)| end);
            if &rest[..end] != "'" {
                parts.push(lit(&rest[..end]));
            }
            rest = &rest[end..];
        }
    }
    concat(parts)
}

/// What a projection restricts a partition column to: its enumerated values, or its range of days.
fn projected(value: &Expr, name: &str, definition: &TableDefinition, now: DateTime<Utc>) -> Option<Expr> {
    let property = |what: &str| definition.property(&format!("projection.{name}.{what}"));
    if !definition.property("projection.enabled").is_some_and(|enabled| enabled.eq_ignore_ascii_case("true")) {
        return None;
    }
    match property("type")? {
        "enum" => {
            let values = property("values")?.split(',').map(|value| lit(value.trim())).collect();
            Some(value.clone().in_list(values, false))
        }
        "date" => {
            let format = date_format(name, definition);
            let (from, to) = property("range")?.split_once(',')?;
            let bound = |text: &str| moment(text.trim(), &format, now).map(lit);
            let from = bound(from).map(|from| value.clone().gt_eq(from));
            let to = bound(to).map(|to| value.clone().lt_eq(to));
            [from, to].into_iter().flatten().reduce(Expr::and)
        }
        "integer" => {
            let (from, to) = property("range")?.split_once(',')?;
            let number = try_cast(value.clone(), DataType::Int64);
            let from = from.trim().parse::<i64>().ok().map(|from| number.clone().gt_eq(lit(from)));
            let to = to.trim().parse::<i64>().ok().map(|to| number.clone().lt_eq(lit(to)));
            [from, to].into_iter().flatten().reduce(Expr::and)
        }
        _ => None,
    }
}

/// One end of a range of days: a text in the format, `NOW`, `NOW-3YEARS`.
fn moment(text: &str, format: &str, now: DateTime<Utc>) -> Option<String> {
    let Some(shift) = text.strip_prefix("NOW") else { return Some(text.to_owned()) };
    let at = shifted(now, shift)?;
    let format = format.replace('\'', "").replace("yyyy", "%Y").replace("MM", "%m").replace("dd", "%d");
    Some(at.format(&format.replace("HH", "%H").replace("mm", "%M")).to_string())
}

/// `-3YEARS`, `+1DAY`, or nothing.
fn shifted(now: DateTime<Utc>, shift: &str) -> Option<DateTime<Utc>> {
    if shift.is_empty() {
        return Some(now);
    }
    let (is_back, rest) = match shift.split_at_checked(1)? {
        ("-", rest) => (true, rest),
        ("+", rest) => (false, rest),
        _ => return None,
    };
    let end = rest.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = rest.split_at(end);
    let number: u32 = number.parse().ok()?;
    let months = |each: u32| Some(Months::new(number.checked_mul(each)?));
    let by_months =
        |months: Months| if is_back { now.checked_sub_months(months) } else { now.checked_add_months(months) };
    let by_time = |delta: Option<TimeDelta>| {
        if is_back { now.checked_sub_signed(delta?) } else { now.checked_add_signed(delta?) }
    };
    match unit.trim_end_matches('S') {
        "YEAR" => by_months(months(12)?),
        "MONTH" => by_months(months(1)?),
        "WEEK" => by_time(TimeDelta::try_weeks(number.into())),
        "DAY" => by_time(TimeDelta::try_days(number.into())),
        "HOUR" => by_time(TimeDelta::try_hours(number.into())),
        "MINUTE" => by_time(TimeDelta::try_minutes(number.into())),
        "SECOND" => by_time(TimeDelta::try_seconds(number.into())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_days_may_begin_before_now() {
        let now = DateTime::from_timestamp_secs(1_772_452_800).expect("2026-03-02T12:00:00Z");
        let check = |text, format, expected: &str| assert_eq!(moment(text, format, now).as_deref(), Some(expected));
        check("NOW", "yyyy/MM/dd", "2026/03/02");
        check("NOW-3YEARS", "yyyy-MM-dd", "2023-03-02");
        check("NOW+1DAY", "yyyyMMdd", "20260303");
        check("2021/01/01", "yyyy/MM/dd", "2021/01/01");
        assert_eq!(moment("NOW-manyYEARS", "yyyy", now), None);
    }
}
