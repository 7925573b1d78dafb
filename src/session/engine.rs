//! DataFusion set up for us: the catalog of archives, our functions, Trino's order of nulls.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::catalog::{CatalogProvider, MemoryCatalogProvider};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, exec_datafusion_err, internal_err};
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::optimizer::Analyzer;
use datafusion::prelude::{SessionConfig, SessionContext};

use super::{Options, memory};
use crate::archive::Archive;
use crate::functions::Build;
use crate::table::Budget;
use crate::{functions, sql, table};

const CATALOG: &str = "trailql";

/// A context in which every archive is a schema; the first one's tables need no schema before their names.
pub(super) fn context(archives: &[Arc<Archive>], options: &Options) -> Result<SessionContext> {
    let catalog = MemoryCatalogProvider::new();
    let mut names: Vec<String> = Vec::new();
    let mut stores = Vec::new();
    for archive in archives {
        let schema = table::catalog::schema(archive, options.scan, options.predicate())?;
        let name = unused(&archive.location().short_name(), &names);
        catalog.register_schema(&name, schema)?;
        names.push(name);
        if let Some((url, store)) = archive.object_store() {
            let url = url.parse().map_err(|_| exec_datafusion_err!("`{url}` is no URL"))?;
            stores.push((url, store));
        }
    }
    let default_schema = names.first().map_or("public", String::as_str);
    let config = config(options, default_schema);
    let runtime = Arc::new(memory::runtime(options, &config)?);
    for (url, store) in stores {
        runtime.register_object_store(&url, store);
    }
    let rules = std::iter::once(Arc::new(sql::CompareTimes) as _).chain(Analyzer::new().rules).collect();
    let mut builder = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .with_analyzer_rules(rules);
    builder.expr_planners().get_or_insert_default().insert(0, Arc::new(sql::TextAsBoolean));
    let context = SessionContext::new_with_state(builder.build());
    register_functions(&context)?;
    context.register_catalog(CATALOG, Arc::new(catalog));
    Ok(context)
}

/// Registers the functions of the list; one whose name DataFusion has too takes its place.
fn register_functions(context: &SessionContext) -> Result<()> {
    for function in functions::all() {
        let aliases = function.aliases.iter().copied();
        match function.build {
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

/// Tells the scans of a plan what they may read in all. `EXPLAIN` reads nothing, and may say what it would take.
pub(super) fn set_budget(state: &mut SessionState, plan: &LogicalPlan, options: &Options) {
    let budget = match plan {
        LogicalPlan::Explain(_) => Budget::default(),
        _ => Budget::new(options.max_bytes, options.max_requests),
    };
    state.config_mut().set_extension(Arc::new(budget));
}

/// Lets least and greatest values tell the scan which rows can still change them, where that is exact.
///
/// DataFusion 55 forgets, in such a filter over several columns, a column that has had no value yet, and with it the
/// rows in which it has one.
pub(super) fn set_filters_of_bounds(state: &mut SessionState, plan: &LogicalPlan) {
    let mut is_exact = true;
    // Never fails: the closure does not.
    let _ = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::Aggregate(aggregate) = node {
            let of: HashSet<_> = aggregate.aggr_expr.iter().flat_map(Expr::column_refs).collect();
            is_exact &= !aggregate.group_expr.is_empty() || of.len() <= 1;
        }
        Ok(TreeNodeRecursion::Continue)
    });
    state.config_mut().options_mut().optimizer.enable_aggregate_dynamic_filter_pushdown = is_exact;
}

/// The names of the tables that need no schema before them, sorted.
pub(super) fn tables(context: &SessionContext) -> Vec<String> {
    let default_schema = context.copied_config().options().catalog.default_schema.clone();
    let schema = context.catalog(CATALOG).and_then(|catalog| catalog.schema(&default_schema));
    let mut names = schema.map(|schema| schema.table_names()).unwrap_or_default();
    names.sort();
    names
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
