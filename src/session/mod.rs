//! The paved road: archives registered as tables, a text in some language, its answer.

mod answer;
mod background;
mod deadline;
mod engine;
mod error;
mod gauge;
mod language;
mod memory;
mod options;
mod params;
mod why;

use std::sync::Arc;

use datafusion::common::{DataFusionError, TableReference};
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::execute_stream;
use datafusion::prelude::SessionContext;

pub use answer::{Answer, Outcome};
pub use error::Error;
pub use gauge::{Gauge, Reached};
pub use language::Language;
pub use options::{Bound, Options, bound};

use answer::Meter;
use deadline::Deadline;
use error::Ground;

use crate::archive::{Archive, Location};
use crate::diag::{Diagnostics, Source};
use crate::schema::tables::CLOUDTRAIL;
use crate::{insights, sql};

/// Archives, their tables, and the engine that answers questions about them.
pub struct Session {
    context: SessionContext,
    options: Options,
    archives: Vec<Arc<Archive>>,
}

/// A statement that was parsed, and can be run.
pub struct Statement {
    source: Source,
    form: Form,
}

enum Form {
    Sql(Box<sql::Statement>),
    Insights(Box<insights::Query>),
}

/// A plan, and the remarks that making it gave rise to.
struct Planned {
    plan: LogicalPlan,
    language: Language,
    notices: Diagnostics,
}

impl Session {
    /// Opens archives: paths, or `s3://bucket/prefix`. The first one's tables need no schema before their names.
    ///
    /// # Errors
    /// When an archive cannot be reached.
    pub async fn open(locations: &[impl AsRef<str>], options: Options) -> Result<Self, Error> {
        let mut archives = Vec::new();
        for location in locations {
            let of_archive = |source| Error::Archive { location: location.as_ref().to_owned(), source };
            let parsed = Location::parse(location.as_ref()).map_err(of_archive)?;
            archives.push(Arc::new(Archive::open(parsed, &options.s3).await.map_err(of_archive)?));
        }
        let bug = |error: DataFusionError| Error::Bug(error.strip_backtrace());
        let context = engine::context(&archives, &options).map_err(bug)?;
        Ok(Self { context, options, archives })
    }

    /// The archives, in the order in which they were opened.
    #[must_use]
    pub fn archives(&self) -> &[Arc<Archive>] {
        &self.archives
    }

    /// Forgets what earlier listings found, so that the next one sees accounts, regions and days that are new.
    pub fn refresh(&self) {
        self.archives.iter().for_each(|archive| archive.refresh());
    }

    /// The names of the tables that need no schema before them, sorted.
    #[must_use]
    pub fn tables(&self) -> Vec<String> {
        engine::tables(&self.context)
    }

    /// The statements of a text.
    ///
    /// # Errors
    /// [`Error::Query`] with everything that is wrong with it.
    pub fn parse(&self, source: &Source, language: Language) -> Result<Vec<Statement>, Error> {
        let statement = |form| Statement { source: source.clone(), form };
        Ok(match language {
            Language::Sql => {
                let parsed = sql::parse(source).map_err(Error::Query)?;
                parsed.into_iter().map(|parsed| statement(Form::Sql(Box::new(parsed)))).collect()
            }
            Language::Insights => {
                let query = insights::parse(source).map_err(Error::Query)?;
                vec![statement(Form::Insights(Box::new(query)))]
            }
        })
    }

    /// Starts a statement. Its rows come as the answer is asked for them.
    ///
    /// # Errors
    /// [`Error::Query`] when it cannot be planned; [`Error::Archive`] when the archive cannot be listed;
    /// [`Error::Limit`] when that takes too long, or more would be read than may be.
    pub async fn run(&self, statement: Statement) -> Result<Answer, Error> {
        let deadline = Deadline::after(self.options.timeout);
        deadline.bound(self.start(statement, deadline)).await
    }

    async fn start(&self, statement: Statement, deadline: Deadline) -> Result<Answer, Error> {
        let meter = Meter::new(&self.archives);
        let Planned { plan, language, notices } = self.plan(&statement).await?;
        let failed = |error: DataFusionError| self.failed(&statement.source, error);
        let frame = self.context.execute_logical_plan(plan).await.map_err(failed)?;
        let (mut state, logical) = frame.into_parts();
        engine::set_budget(&mut state, &logical, &self.options);
        engine::set_filters_of_bounds(&mut state, &logical);
        let physical = state.create_physical_plan(&logical).await.map_err(failed)?;
        let stream = execute_stream(Arc::clone(&physical), self.context.task_ctx()).map_err(failed)?;
        let stream = background::run(stream);
        Ok(Answer { stream, physical, logical, language, notices, ground: self.ground(), rows: 0, deadline, meter })
    }

    async fn plan(&self, statement: &Statement) -> Result<Planned, Error> {
        let source = &statement.source;
        let notices = |list| Diagnostics { source: source.clone(), list };
        match &statement.form {
            Form::Sql(parsed) => {
                let planned = self.context.state().statement_to_plan(parsed.ast.clone()).await;
                let plan = planned.map_err(|error| self.failed(source, error))?;
                let plan = params::bind(plan, source, &self.options.params)?;
                Ok(Planned { plan, language: Language::Sql, notices: notices(Vec::new()) })
            }
            Form::Insights(query) => {
                let scope = insights::Scope { table: self.records().await?, now: self.options.now };
                let lowered = insights::lower(query, source, &scope).map_err(Error::Query)?;
                Ok(Planned { plan: lowered.plan, language: Language::Insights, notices: notices(lowered.notices) })
            }
        }
    }

    /// A plan over every record of the first archive.
    async fn records(&self) -> Result<LogicalPlan, Error> {
        let table = self.context.table_provider(TableReference::bare(CLOUDTRAIL)).await.map_err(|_| Error::Usage {
            message: "there is no archive to ask".to_owned(),
            help: "name one: `trailql query PATH_OR_URL -c '…'`".to_owned(),
        })?;
        let source = datafusion::datasource::provider_as_source(table);
        let plan = LogicalPlanBuilder::scan(CLOUDTRAIL, source, None).and_then(LogicalPlanBuilder::build);
        plan.map_err(|error| Error::from_run(error, &self.ground()))
    }

    fn ground(&self) -> Ground {
        let shown: Vec<String> = self.archives.iter().map(|archive| archive.location().display()).collect();
        Ground { location: shown.join(", "), memory: memory::bytes(&self.options) }
    }

    /// An error in planning or starting: the query's, unless it came from the archive.
    fn failed(&self, source: &Source, error: DataFusionError) -> Error {
        use DataFusionError as E;
        if !matches!(error.find_root(), E::Plan(_) | E::SchemaError(..) | E::SQL(..) | E::NotImplemented(_)) {
            return Error::from_run(error, &self.ground());
        }
        let names = engine::functions(&self.context);
        let diagnostic = sql::diagnose(source, &error, &self.tables(), &names);
        Error::Query(Diagnostics { source: source.clone(), list: vec![diagnostic] })
    }
}
