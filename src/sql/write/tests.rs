//! Plans as SQL, node by node.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::{Result, TableReference};
use datafusion::functions_aggregate::expr_fn::{count, max};
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::logical_plan::builder::LogicalTableSource;
use datafusion::logical_expr::{
    Expr, ExprFunctionExt, GroupingSet, JoinType, LogicalPlan, LogicalPlanBuilder, cast, col, ident, lit,
};

use super::{Target, write};
use crate::functions::json::leaf;
use crate::schema::{Kind, Step, columns};

fn table(name: &str) -> Result<LogicalPlanBuilder> {
    let fields: Vec<Field> = columns::ALL.iter().map(columns::Column::field).collect();
    LogicalPlanBuilder::scan(name, Arc::new(LogicalTableSource::new(Arc::new(Schema::new(fields)))), None)
}

fn users() -> Result<LogicalPlanBuilder> {
    let text = |name| Field::new(name, DataType::Utf8, true);
    let list = Field::new("teams", DataType::new_list(DataType::Utf8, true), true);
    let schema = Arc::new(Schema::new(vec![text("arn"), text("owner"), list]));
    LogicalPlanBuilder::scan("users", Arc::new(LogicalTableSource::new(schema)), None)
}

fn field(path: &[&str], kind: Kind) -> Expr {
    let steps: Vec<_> = path.iter().map(|key| Step::ExactKey((*key).into())).collect();
    leaf(col("cloudtrail.eventjson"), &steps, kind)
}

/// A field of the record in a column that no table's name stands before.
fn field_of(column: &str, path: &[&str]) -> Expr {
    let steps: Vec<_> = path.iter().map(|key| Step::ExactKey((*key).into())).collect();
    leaf(ident(column), &steps, Kind::Numeral)
}

#[track_caller]
fn check(plan: Result<LogicalPlanBuilder>, expected: &str) {
    check_for(Target::Athena, plan, expected);
}

#[track_caller]
fn check_for(target: Target, plan: Result<LogicalPlanBuilder>, expected: &str) {
    let plan: LogicalPlan = plan.and_then(LogicalPlanBuilder::build).expect("a plan");
    let written =
        write(&plan, target).map_or_else(|refused| format!("{} [{}]", refused.message, refused.code), |made| made.text);
    assert_eq!(written, expected);
}

#[test]
fn nodes_become_one_select() {
    check(
        table("cloudtrail").and_then(|plan| {
            plan.filter(field(&["eventName"], Kind::Numeral).eq(lit("ConsoleLogin")))?
                .project(vec![field(&["sourceIPAddress"], Kind::Numeral).alias("address#1")])?
                .aggregate(vec![ident("address#1")], vec![count(lit(1_i64)).alias("count#2")])?
                .filter(ident("count#2").gt(lit(5_i64)))?
                .sort(vec![ident("count#2").sort(false, false)])?
                .limit(0, Some(3))?
                .project(vec![ident("address#1").alias("address"), ident("count#2").alias("n")])
        }),
        "SELECT sourceipaddress AS address, count(*) AS n\nFROM cloudtrail\nWHERE eventname = 'ConsoleLogin'\n\
         GROUP BY 1\nHAVING count(*) > 5\nORDER BY n DESC\nLIMIT 3",
    );
}

#[test]
fn what_sql_would_do_in_another_order_is_a_part() {
    check(
        table("cloudtrail").and_then(|plan| {
            plan.project(vec![field(&["eventName"], Kind::Numeral).alias("eventName#1")])?
                .limit(2, Some(7))?
                .filter(ident("eventName#1").eq(lit("it's")))?
                .project(vec![ident("eventName#1").alias("eventName")])
        }),
        "WITH chosen AS (\n  SELECT eventname\n  FROM cloudtrail\n  OFFSET 2\n  LIMIT 7\n)\n\
         SELECT eventname AS \"eventName\"\nFROM chosen\nWHERE eventname = 'it''s'",
    );
    check(
        table("cloudtrail").and_then(|plan| {
            let name = || ident("eventName#1");
            let place = row_number().partition_by(vec![name()]).order_by(vec![name().sort(true, false)]).build()?;
            plan.project(vec![field(&["eventName"], Kind::Numeral).alias("eventName#1")])?
                .window(vec![place.alias("place#2")])?
                .filter(ident("place#2").eq(lit(1_u64)))?
                .project(vec![name().alias("name")])
        }),
        "WITH numbered AS (\n  SELECT eventname, row_number() OVER (PARTITION BY eventname ORDER BY eventname) AS place\n  \
         FROM cloudtrail\n)\nSELECT eventname AS name\nFROM numbered\nWHERE place = 1",
    );
}

#[test]
fn groups_of_groups_are_a_part() {
    check(
        table("cloudtrail").and_then(|plan| {
            let key = field(&["eventName"], Kind::Numeral).alias("k#1");
            plan.aggregate(
                vec![key, field(&["awsRegion"], Kind::Numeral).alias("r#2")],
                vec![count(lit(1_i64)).alias("n#3")],
            )?
            .aggregate(vec![ident("k#1")], vec![max(cast(ident("n#3"), DataType::Float64)).alias("most#4")])?
            .project(vec![ident("k#1").alias("k"), ident("most#4").alias("most")])
        }),
        "WITH grouped AS (\n  SELECT eventname AS k, count(*) AS n\n  FROM cloudtrail\n  GROUP BY 1, awsregion\n)\n\
         SELECT k, max(n) AS most\nFROM grouped\nGROUP BY 1",
    );
}

#[test]
fn joins_qualify_their_columns() {
    check(
        table("cloudtrail").and_then(|plan| {
            let who = field(&["userIdentity", "arn"], Kind::Numeral).alias("who#1");
            let right = users()?.build()?;
            plan.project(vec![who, field(&["eventName"], Kind::Numeral).alias("what#2")])?
                .join_on(right, JoinType::Left, [ident("who#1").eq(col("users.arn"))])?
                .project(vec![ident("what#2").alias("what"), col("users.owner").alias("owner")])
        }),
        "WITH prepared AS (\n  SELECT useridentity.arn AS who, eventname AS what\n  FROM cloudtrail\n)\n\
         SELECT prepared.what, users.owner\nFROM prepared\nLEFT JOIN users\n  ON prepared.who = users.arn",
    );
}

#[test]
fn unions_distinct_rows_and_values_are_written() {
    check(
        table("cloudtrail").and_then(|plan| {
            let name =
                |plan: LogicalPlanBuilder| plan.project(vec![field(&["eventName"], Kind::Numeral).alias("name#1")]);
            let other =
                name(table("cloudtrail")?.filter(field(&["readOnly"], Kind::Flag).eq(lit("true")))?)?.build()?;
            name(plan)?.union(other)?.distinct()?.project(vec![ident("name#1").alias("name")])
        }),
        "WITH combined AS (\n  SELECT eventname AS name\n  FROM cloudtrail\n  UNION ALL\n  SELECT eventname AS name\n  \
         FROM cloudtrail AS cloudtrail_2\n  WHERE readonly = 'true'\n)\nSELECT DISTINCT name\nFROM combined",
    );
    check(
        LogicalPlanBuilder::values(vec![vec![lit("a"), lit(1_i64)], vec![lit("b"), lit(2_i64)]])
            .and_then(|plan| plan.project(vec![ident("column2").alias("n")])),
        "WITH listed (column1, column2) AS (\n  VALUES\n    ('a', 1),\n    ('b', 2)\n)\nSELECT column2 AS n\nFROM listed",
    );
}

#[test]
fn lists_are_unnested_by_a_cross_join() {
    check(
        users().and_then(|plan| {
            let options = datafusion::common::UnnestOptions::new().with_preserve_nulls(false);
            plan.unnest_column_with_options("teams", options)?
                .project(vec![ident("teams").alias("team"), ident("owner")])
        }),
        "SELECT elements.element AS team, users.owner\nFROM users\nCROSS JOIN UNNEST(users.teams) AS elements (element)",
    );
}

#[test]
fn what_a_target_cannot_say_is_refused() {
    check(
        table("cloudtrail").and_then(|plan| plan.project(vec![field(&["noSuchField"], Kind::Numeral).alias("x")])),
        "no column of Athena's table holds `noSuchField` [S011]",
    );
    check_for(
        Target::Trailql,
        table("cloudtrail").and_then(|plan| plan.project(vec![field(&["noSuchField"], Kind::Numeral).alias("x")])),
        "SELECT record_numeral(eventjson, 'noSuchField') AS x\nFROM cloudtrail",
    );
    check(
        table("cloudtrail").and_then(|plan| plan.project(vec![col("cloudtrail.eventjson").alias("x")])),
        "no column of Athena's table holds the whole record (`@message`) [S011]",
    );
}

#[test]
fn a_key_of_groups_has_one_text() {
    check(
        table("cloudtrail").and_then(|plan| {
            plan.aggregate(
                vec![field(&["requestParameters", "x"], Kind::Numeral).alias("x#1")],
                vec![count(lit(1_i64)).alias("n#2")],
            )?
            .filter(ident("x#1").is_not_null())?
            .project(vec![ident("n#2").alias("n")])
        }),
        "SELECT count(*) AS n\nFROM cloudtrail\nGROUP BY json_extract_scalar(requestparameters, '$.x')\n\
         HAVING json_extract_scalar(requestparameters, '$.x') IS NOT NULL",
    );
}

#[test]
fn groups_can_be_of_several_sets_of_keys() {
    check(
        users().and_then(|plan| {
            let sets = GroupingSet::GroupingSets(vec![vec![ident("owner")], Vec::new()]);
            plan.aggregate([Expr::GroupingSet(sets)], [count(lit(1_i64)).alias("n#1")])?
                .project(vec![ident("owner").alias("owner"), ident("n#1").alias("n")])
        }),
        "SELECT owner, count(*) AS n\nFROM users\nGROUP BY GROUPING SETS ((owner), ())",
    );
}

#[test]
fn files_are_tables_of_this_program_alone() {
    let lookup = || {
        let schema = Arc::new(Schema::new(vec![Field::new("id", DataType::Utf8, true)]));
        let name = TableReference::partial(crate::sql::FILES, "lists/vip's.csv");
        LogicalPlanBuilder::scan(name, Arc::new(LogicalTableSource::new(schema)), None)?
            .project(vec![ident("id").alias("id")])
    };
    check_for(Target::Trailql, lookup(), "SELECT id\nFROM 'lists/vip''s.csv' AS vip_s");
    check(lookup(), "the file `lists/vip's.csv` is no table of Athena [S011]");
}

#[test]
fn a_filter_of_a_union_is_one_of_each_table() {
    check(
        table("cloudtrail").and_then(|plan| {
            let other = table("cloudtrail")?.build()?;
            plan.union(other)?
                .filter(field_of("eventjson", &["awsRegion"]).eq(lit("eu-west-1")))?
                .project(vec![field_of("eventjson", &["eventName"]).alias("name")])
        }),
        "no column of Athena's table holds the whole record (`@message`) [S011]",
    );
    check(
        table("cloudtrail").and_then(|plan| {
            let named = |plan: LogicalPlanBuilder| {
                plan.project(vec![
                    col("cloudtrail.eventjson").alias("eventjson"),
                    field(&["eventName"], Kind::Numeral).alias("name#1"),
                ])
            };
            named(plan)?
                .union(named(table("cloudtrail")?)?.build()?)?
                .filter(field_of("eventjson", &["awsRegion"]).eq(lit("eu-west-1")))?
                .project(vec![ident("name#1").alias("name")])
        }),
        "WITH combined AS (\n  SELECT eventname AS name\n  FROM cloudtrail\n  WHERE awsregion = 'eu-west-1'\n  \
         UNION ALL\n  SELECT eventname AS name\n  FROM cloudtrail AS cloudtrail_2\n  WHERE awsregion = 'eu-west-1'\n)\n\
         SELECT name\nFROM combined",
    );
}

#[test]
fn commands_of_this_program_alone_are_named() {
    check(
        users().and_then(|plan| {
            let parts = crate::functions::patterns::pattern_of().call(vec![ident("owner")]);
            plan.aggregate(Vec::<Expr>::new(), [parts.alias("p#1")])?.project(vec![ident("p#1").alias("p")])
        }),
        "`pattern` cannot be written in Athena's SQL [S011]",
    );
}
