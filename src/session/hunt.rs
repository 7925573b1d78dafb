//! One pass over the archives for many predicates at once.

use std::sync::Arc;

use datafusion::common::{DataFusionError, exec_datafusion_err};
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, col, lit};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::projection::ProjectionExpr;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};

use super::answer::Meter;
use super::deadline::Deadline;
use super::physical::Physical;
use super::{Answer, Error, Language, Session, background, engine};
use crate::diag::{Diagnostics, Source};
use crate::table::{RuleSet, Texts, TrailTable};
use datafusion::catalog::TableProvider;

/// A pass: the records that some rule fits, as they are met.
pub struct Pass {
    /// One row per record: the places of the rules that fit it, then the columns asked for.
    pub answer: Answer,
    rules: Arc<RuleSet>,
}

impl Pass {
    /// The names of the events that were met so far.
    #[must_use]
    pub fn names_met(&self) -> Vec<String> {
        self.rules.names_met()
    }
}

/// Rows of a batch: those of a pass have the columns of all rules, and weigh a lot.
const BATCH_ROWS: usize = 2048;

/// The column of the places of the rules that fit a record.
pub const RULES: &str = "rules";

impl Session {
    /// Expressions over the columns of `cloudtrail`, for records that are given as text.
    ///
    /// # Errors
    /// [`Error::Bug`] when they do not fit the table.
    pub fn texts(&self, exprs: &[(String, Expr)]) -> Result<Texts, Error> {
        let failed = |error: DataFusionError| Error::from_run(error, &self.ground());
        let state = self.context.state();
        let physical = Physical::new(&state).map_err(failed)?;
        let exprs = exprs.iter().map(|(name, expr)| Ok((name.clone(), physical.expr(expr)?)));
        Texts::new(exprs.collect::<Result<_, _>>().map_err(failed)?).map_err(failed)
    }

    /// Whether nothing in a predicate tells which events it is about, by name or by what stands in them.
    ///
    /// # Errors
    /// [`Error::Bug`] when it does not fit the table.
    pub fn looks_at_everything(&self, predicate: &Expr) -> Result<bool, Error> {
        let failed = |error: DataFusionError| Error::from_run(error, &self.ground());
        let state = self.context.state();
        let predicate = Physical::new(&state).and_then(|physical| physical.expr(predicate)).map_err(failed)?;
        Ok(RuleSet::new(vec![predicate]).map_err(failed)?.looks_at_everything())
    }

    /// The same as a pass, over records that are given as text.
    ///
    /// # Errors
    /// [`Error::Bug`] when a rule or a column does not fit the table.
    pub fn pass_over_texts(&self, rules: &[Expr], shown: &[(&str, Expr)]) -> Result<Texts, Error> {
        let failed = |error: DataFusionError| Error::from_run(error, &self.ground());
        let state = self.context.state();
        let physical = Physical::new(&state).map_err(failed)?;
        let expr = |expr: &Expr| physical.expr(expr).map_err(failed);
        let rules = RuleSet::new(rules.iter().map(expr).collect::<Result<_, _>>()?).map_err(failed)?;
        let mut columns: Vec<(String, Arc<dyn PhysicalExpr>)> = vec![(RULES.to_owned(), Arc::new(rules.which()))];
        for (name, shown) in shown {
            columns.push(((*name).to_owned(), expr(shown)?));
        }
        Texts::new(columns).map_err(failed)
    }

    /// Starts a pass over every archive: which of these rules fit each record, and these columns of those that some
    /// rule fits. All are over the columns of `cloudtrail`.
    ///
    /// # Errors
    /// As [`Session::run`].
    pub async fn pass(&self, rules: &[Expr], shown: &[(&str, Expr)]) -> Result<Pass, Error> {
        let deadline = Deadline::after(self.options.timeout);
        deadline.bound(self.start_pass(rules, shown, deadline)).await
    }

    /// A pass for the records of one event.
    ///
    /// # Errors
    /// As [`Session::run`].
    pub async fn pass_for_event(&self, event_id: &str, shown: &[(&str, Expr)]) -> Result<Pass, Error> {
        self.pass(&[col("eventid").eq(lit(event_id))], shown).await
    }

    async fn start_pass(&self, rules: &[Expr], shown: &[(&str, Expr)], deadline: Deadline) -> Result<Pass, Error> {
        let failed = |error: DataFusionError| Error::from_run(error, &self.ground());
        let meter = Meter::new(&self.archives());
        let mut state = self.context.state();
        engine::set_budget(&mut state, false, &self.options);
        if self.options.batch_rows.is_none() {
            *state.config_mut() = state.config().clone().with_batch_size(BATCH_ROWS);
        }
        let physical = Physical::new(&state).map_err(failed)?;
        let rules = Arc::new(RuleSet::new(all_physical(&state, rules).map_err(failed)?).map_err(failed)?);
        let physical = |expr: &Expr| physical.expr(expr).map_err(failed);
        let mut columns = vec![ProjectionExpr::new(Arc::new(rules.which()), RULES.to_owned())];
        for (name, expr) in shown {
            columns.push(ProjectionExpr::new(physical(expr)?, (*name).to_owned()));
        }
        let mut plans: Vec<Arc<dyn ExecutionPlan>> = Vec::new();
        let archives = self.kept().archives.clone();
        for (name, archive) in archives {
            let options = self.options_of(&name);
            let range: Vec<Expr> = options.predicate().into_iter().collect();
            let mut conditions: Vec<Arc<dyn PhysicalExpr>> = Vec::new();
            for condition in &range {
                conditions.push(physical(condition)?);
            }
            conditions.push(Arc::clone(&rules) as Arc<dyn PhysicalExpr>);
            let table = TrailTable::new(archive, options.scan.clone());
            let mut plan = table.scan(&state, None, &range, None).await.map_err(failed)?;
            for condition in conditions.iter().rev() {
                plan = Arc::new(FilterExec::try_new(Arc::clone(condition), plan).map_err(failed)?);
            }
            plans.push(Arc::new(ProjectionExec::try_new(columns.clone(), plan).map_err(failed)?));
        }
        let mut plan = match plans.len() {
            1 => plans.remove(0),
            _ => UnionExec::try_new(plans).map_err(failed)?,
        };
        for rule in state.physical_optimizers() {
            plan = rule.optimize(plan, state.config_options()).map_err(failed)?;
        }
        let stream = execute_stream(Arc::clone(&plan), state.task_ctx()).map_err(failed)?;
        let source = Source::new("hunt", "");
        let logical = LogicalPlanBuilder::empty(false).build().map_err(failed)?;
        let answer = Answer {
            schema: stream.schema(),
            stream: background::run(stream),
            physical: plan,
            logical,
            language: Language::Sql,
            notices: Diagnostics { source, list: Vec::new() },
            screen_rows: None,
            ground: self.ground(),
            rows: 0,
            deadline,
            meter,
            tap: None,
        };
        Ok(Pass { answer, rules })
    }
}

/// Expressions as the engine evaluates them, made on as many threads as there are.
fn all_physical(state: &SessionState, exprs: &[Expr]) -> datafusion::common::Result<Vec<Arc<dyn PhysicalExpr>>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let some = |exprs: &[Expr]| {
        let physical = Physical::new(state)?;
        exprs.iter().map(|expr| physical.expr(expr)).collect::<datafusion::common::Result<Vec<_>>>()
    };
    std::thread::scope(|scope| {
        let chunks = exprs.chunks(exprs.len().div_ceil(threads).max(1));
        let started: Vec<_> = chunks.map(|chunk| scope.spawn(move || some(chunk))).collect();
        let mut all = Vec::with_capacity(exprs.len());
        for thread in started {
            all.extend(thread.join().map_err(|_| exec_datafusion_err!("a thread that plans rules has panicked"))??);
        }
        Ok(all)
    })
}
