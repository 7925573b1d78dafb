//! DataFusion set up for us: the catalog of archives, our functions, Trino's order of nulls.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::catalog::{MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, exec_datafusion_err, internal_err};
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::optimizer::{Analyzer, Optimizer};
use datafusion::prelude::{SessionConfig, SessionContext};

use super::{Asked, Options, memory};
use crate::archive::Archive;
use crate::functions::Build;
use crate::table::{Budget, Proof, ScanOptions};
use crate::{functions, sql, table};

const CATALOG: &str = "trailql";

/// An archive, and what it was asked with.
pub(super) struct Opened<'o> {
    pub(super) archive: Arc<Archive>,
    pub(super) asked: Asked<'o>,
}

/// A context in which every archive is a schema, in the order of the names that are given back; the first one's tables
/// need no schema before them.
pub(super) fn context(
    archives: &[Opened<'_>],
    options: &Options,
    proof: &Proof,
) -> Result<(SessionContext, Vec<String>)> {
    let mut names: Vec<String> = Vec::new();
    for opened in archives {
        names.push(unused(&opened.asked.schema(&opened.archive), &names));
    }
    let default_schema = names.first().map_or(NO_ARCHIVE, String::as_str);
    let config = config(options, default_schema);
    let runtime = Arc::new(memory::runtime(options, &config)?);
    let mut rules = Analyzer::new().rules;
    rules.insert(0, Arc::new(sql::CompareTimes));
    rules.insert(1, Arc::new(sql::CompareDays));
    rules.insert(2, Arc::new(sql::CastAsTrino));
    rules.push(Arc::new(sql::CloseExpressions));
    rules.push(Arc::new(sql::ComputeJoinKeys));
    // It takes `CAST(x AS bigint)` for `x`, and after a grouping by `x` leaves out an order by both.
    let optimizer = Optimizer::new().rules.into_iter().filter(|rule| rule.name() != "eliminate_duplicated_expr");
    let mut builder = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .with_analyzer_rules(rules)
        .with_optimizer_rules(optimizer.collect())
        .with_type_planner(Arc::new(sql::PlanTypes))
        .with_relation_planners(vec![Arc::new(sql::PlanUnnest)]);
    let planners = builder.expr_planners().get_or_insert_default();
    planners.insert(0, Arc::new(functions::FunctionSyntax));
    planners.insert(0, Arc::new(sql::TextAsBoolean));
    planners.insert(0, Arc::new(sql::MultiplyIntervals));
    let context = SessionContext::new_with_state(builder.build());
    register_functions(&context)?;
    context.register_catalog(CATALOG, Arc::new(MemoryCatalogProvider::new()));
    for (name, opened) in names.iter().zip(archives) {
        add_archive(&context, name, &opened.archive, opened.asked.options, proof)?;
    }
    if names.is_empty() {
        add_schema(&context, NO_ARCHIVE, Arc::new(MemorySchemaProvider::new()))?;
    }
    Ok((context, names))
}

/// Makes an archive a schema, under a name that is not taken.
pub(super) fn attach(context: &SessionContext, opened: &Opened<'_>, taken: &[String], proof: &Proof) -> Result<String> {
    let name = unused(&opened.asked.schema(&opened.archive), taken);
    add_archive(context, &name, &opened.archive, opened.asked.options, proof)?;
    Ok(name)
}

fn add_archive(
    context: &SessionContext,
    name: &str,
    archive: &Arc<Archive>,
    options: &Options,
    proof: &Proof,
) -> Result<()> {
    let scan = ScanOptions { proof: proof.clone(), ..options.scan.clone() };
    add_schema(context, name, table::catalog::schema(archive, scan, options.predicate())?)?;
    if let Some((url, store)) = archive.object_store() {
        let url = url.parse().map_err(|_| exec_datafusion_err!("`{url}` is no URL"))?;
        context.register_object_store(&url, store);
    }
    Ok(())
}

/// Gives the tables of an archive another range. Those that are one's own stay.
pub(super) fn narrow(
    context: &SessionContext,
    name: &str,
    archive: &Arc<Archive>,
    options: &Options,
    is_own: impl Fn(&str) -> bool,
) -> Result<()> {
    let Some(present) = schema(context, name) else { return Ok(()) };
    let narrowed = table::catalog::schema(archive, options.scan.clone(), options.predicate())?;
    // Nothing here waits: the tables are in memory, as the catalog's are.
    for table in narrowed.table_names().into_iter().filter(|table| !is_own(table)) {
        if let Some(provider) = futures::executor::block_on(narrowed.table(&table))? {
            let _ = present.deregister_table(&table)?;
            present.register_table(table, provider)?;
        }
    }
    Ok(())
}

/// The schema of a session without an archive; Athena's is called so.
pub(super) const NO_ARCHIVE: &str = "default";

/// Adds a schema.
pub(super) fn add_schema(context: &SessionContext, name: &str, schema: Arc<dyn SchemaProvider>) -> Result<()> {
    if let Some(catalog) = context.catalog(CATALOG) {
        catalog.register_schema(name, schema)?;
    }
    Ok(())
}

/// Takes a schema away, with its tables; false where there is none.
pub(super) fn remove_schema(context: &SessionContext, name: &str) -> Result<bool> {
    let Some(catalog) = context.catalog(CATALOG) else { return Ok(false) };
    Ok(catalog.deregister_schema(name, true)?.is_some())
}

/// The schema of this name.
pub(super) fn schema(context: &SessionContext, name: &str) -> Option<Arc<dyn SchemaProvider>> {
    context.catalog(CATALOG)?.schema(name)
}

/// The names of every schema.
pub(super) fn schemas(context: &SessionContext) -> Vec<String> {
    context.catalog(CATALOG).map(|catalog| catalog.schema_names()).unwrap_or_default()
}

/// The schema whose tables need no schema before them.
pub(super) fn default_schema(context: &SessionContext) -> String {
    context.copied_config().options().catalog.default_schema.clone()
}

/// Changes the schema whose tables need no schema before them.
pub(super) fn set_default_schema(context: &SessionContext, name: &str) {
    let state = context.state_ref();
    let mut state = state.write();
    name.clone_into(&mut state.config_mut().options_mut().catalog.default_schema);
}

/// Registers the functions of the list; one whose name DataFusion has too takes its place.
fn register_functions(context: &SessionContext) -> Result<()> {
    for function in functions::all() {
        let aliases = function.aliases.iter().copied();
        match function.build {
            // Other names wrap a function, and the scan would no longer know a leaf's.
            Build::Scalar(build) if function.aliases.is_empty() => context.register_udf(build().as_ref().clone()),
            Build::Scalar(build) => context.register_udf(build().as_ref().clone().with_aliases(aliases)),
            Build::Aggregate(build) => context.register_udaf(build().as_ref().clone().with_aliases(aliases)),
            Build::Lambda(build) => {
                context.register_higher_order_function(Arc::new(build().as_ref().clone().with_aliases(aliases)));
            }
            Build::Engine(name) => {
                let names = aliases.chain([function.name]);
                let state = context.state();
                if let Some(known) = state.scalar_functions().get(name) {
                    context.register_udf(known.as_ref().clone().with_aliases(names));
                } else if let Some(known) = state.aggregate_functions().get(name) {
                    context.register_udaf(known.as_ref().clone().with_aliases(names));
                } else if let Some(known) = state.window_functions().get(name) {
                    context.register_udwf(known.as_ref().clone().with_aliases(names));
                } else if let Some(known) = state.higher_order_functions().get(name) {
                    context.register_higher_order_function(Arc::new(known.as_ref().clone().with_aliases(names)));
                } else {
                    return internal_err!("DataFusion has no function `{name}`");
                }
            }
            Build::Syntax => {}
        }
    }
    Ok(())
}

fn config(options: &Options, default_schema: &str) -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_information_schema(true)
        .with_create_default_catalog_and_schema(false)
        .with_default_catalog_and_schema(CATALOG, default_schema);
    if let Some(threads) = options.threads {
        config = config.with_target_partitions(threads.max(1));
    }
    if let Some(rows) = options.batch_rows {
        config = config.with_batch_size(rows.max(1));
    }
    memory::configure(&mut config, options);
    let settings = config.options_mut();
    // Trino puts nulls last in either direction.
    "nulls_last".clone_into(&mut settings.sql_parser.default_null_ordering);
    // The scan makes its own partitions; dealing rows out above it only costs the order they come in.
    settings.optimizer.enable_round_robin_repartition = false;
    settings.sql_parser.collect_spans = true;
    settings.sql_parser.map_string_types_to_utf8view = false;
    config
}

/// Tells the scans of a plan what they may read in all. What reads nothing may say what it would take.
pub(super) fn set_budget(state: &mut SessionState, reads_nothing: bool, options: &Options) {
    let budget = if reads_nothing { Budget::default() } else { Budget::new(options.max_bytes, options.max_requests) };
    state.config_mut().set_extension(Arc::new(budget));
}

/// Lets least and greatest values tell the scan which rows can still change them, where that is exact.
///
/// DataFusion 55 forgets, in such a filter over several columns, a column that has had no value yet, and with it the
/// rows in which it has one. Over computed values it drops rows that would change the answer.
pub(super) fn set_filters_of_bounds(state: &mut SessionState, plan: &LogicalPlan) {
    let mut is_exact = true;
    // Never fails: the closure does not.
    let _ = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::Aggregate(aggregate) = node {
            let of: HashSet<_> = aggregate.aggr_expr.iter().flat_map(Expr::column_refs).collect();
            let is_plain = |expr: &Expr| match expr.clone().unalias() {
                Expr::AggregateFunction(call) => call.params.args.iter().all(|arg| matches!(arg, Expr::Column(_))),
                _ => false,
            };
            let is_bounded = of.len() <= 1 && aggregate.aggr_expr.iter().all(is_plain);
            is_exact &= !aggregate.group_expr.is_empty() || is_bounded;
        }
        Ok(TreeNodeRecursion::Continue)
    });
    state.config_mut().options_mut().optimizer.enable_aggregate_dynamic_filter_pushdown = is_exact;
}

/// The names of the tables that need no schema before them, sorted.
pub(super) fn tables(context: &SessionContext) -> Vec<String> {
    let mut names = schema(context, &default_schema(context)).map(|schema| schema.table_names()).unwrap_or_default();
    names.sort();
    names
}

/// Every table of every schema. `archive_of` tells which archive's a table's records are.
pub(super) async fn tables_of(context: &SessionContext, archive_of: impl Fn(&str, &str) -> String) -> Vec<sql::Table> {
    let mut tables = Vec::new();
    for schema_name in schemas(context) {
        let Some(schema) = schema(context, &schema_name) else { continue };
        for name in schema.table_names() {
            let Ok(Some(table)) = schema.table(&name).await else { continue };
            let archive = archive_of(&schema_name, &name);
            tables.push(sql::Table { schema: schema_name.clone(), columns: table.schema(), archive, name });
        }
    }
    tables
}

/// The names of every function a query may call.
pub(super) fn functions(context: &SessionContext) -> Vec<String> {
    let state = context.state();
    let scalar = state.scalar_functions().keys();
    let others = state.aggregate_functions().keys().chain(state.window_functions().keys());
    scalar.chain(others).chain(state.higher_order_functions().keys()).cloned().collect()
}

/// `name`, or `name_2` and so on where it is taken.
fn unused(name: &str, taken: &[String]) -> String {
    let mut candidates = std::iter::once(name.to_owned()).chain((2..).map(|number| format!("{name}_{number}")));
    candidates.find(|candidate| !taken.contains(candidate)).unwrap_or_default()
}
