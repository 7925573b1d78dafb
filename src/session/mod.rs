//! The paved road: archives registered as tables, a text in some language, its answer.

mod answer;
mod background;
mod commands;
mod deadline;
mod detect;
mod engine;
mod error;
mod filter;
mod gauge;
mod hunt;
mod insights;
mod kept_rows;
mod language;
mod listing;
mod memory;
mod named;
mod options;
mod params;
mod physical;
mod sigma;
mod tables;
mod verified;
mod why;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datafusion::common::DataFusionError;
use datafusion::logical_expr::{DdlStatement, LogicalPlan};
use datafusion::physical_plan::execute_stream;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement as Parsed;

pub use answer::{Answer, Outcome};
pub use detect::Detection;
pub use error::Error;
pub use gauge::{Gauge, Reached};
pub use hunt::{Pass, RULES};
pub use kept_rows::{KeptRows, LAST};
pub use language::Language;
pub use named::{Asked, Named};
pub use options::{Bound, Options, bound};
pub use tables::KnownTable;
pub use verified::Verified;

use answer::Meter;
use commands::Done;
use deadline::Deadline;
use error::Ground;

use crate::archive::Archive;
use crate::diag::{Diagnostic, Diagnostics, Source};
use crate::sigma::Rule;
use crate::sql;
use crate::sql::{Headings, Prepared, Rewritten, Target, Translation};
use crate::table::ScanOptions;

/// Archives, their tables, and the engine that answers questions about them.
pub struct Session {
    context: SessionContext,
    options: Options,
    kept: Arc<Mutex<Kept>>,
}

/// What a session has taken up so far.
#[derive(Default)]
struct Kept {
    /// Every archive and its schema, in the order in which they were opened.
    archives: Vec<(String, Arc<Archive>)>,
    /// The options of archives that are read with their own, by schema.
    own: Vec<(String, Options)>,
    /// Tables by definition.
    defined: Vec<commands::Defined>,
    /// Tables whose rows statements have written.
    made: Vec<commands::Made>,
}

impl Kept {
    /// Takes an archive up, under the name of its schema.
    fn keep(&mut self, schema: String, opened: &engine::Opened<'_>) {
        if opened.asked.name.is_some() {
            self.own.push((schema.clone(), opened.asked.options.clone()));
        }
        self.archives.push((schema, Arc::clone(&opened.archive)));
    }
}

/// A statement that was parsed, and can be run.
pub struct Statement {
    source: Source,
    form: Form,
}

enum Form {
    Sql(Box<sql::Statement>),
    Insights(Box<crate::insights::Query>),
    Filter(Box<crate::filter_pattern::Parsed>),
    /// A rule, and the remarks on it.
    Sigma(Box<Rule>, Vec<Diagnostic>),
}

/// A plan, and the remarks that making it gave rise to.
struct Planned {
    plan: LogicalPlan,
    language: Language,
    headings: Headings,
    notices: Diagnostics,
    /// Whether what would be read is asked for, not the rows.
    is_estimate: bool,
    /// See [`Answer::screen_rows`].
    screen_rows: Option<usize>,
}

impl Planned {
    fn new(plan: LogicalPlan, language: Language, notices: Diagnostics) -> Self {
        Self { plan, language, headings: Headings::default(), notices, is_estimate: false, screen_rows: None }
    }
}

/// The rows that the console of Logs Insights shows when a query does not say.
///
/// Source: CloudWatch Logs User Guide, "limit".
const SCREEN_ROWS: usize = 10_000;

impl Session {
    /// Opens archives: names of [`Options::named`], paths, or `s3://bucket/prefix`; the default ones where none is given.
    /// The first one's tables need no schema before their names.
    ///
    /// # Errors
    /// When an archive cannot be reached.
    pub async fn open(locations: &[impl AsRef<str>], options: Options) -> Result<Self, Error> {
        let mut archives = Vec::new();
        for asked in options.asked(locations)? {
            archives.push(engine::Opened { archive: asked.open(&options).await?, asked });
        }
        let opened: Vec<_> = archives.iter().map(|opened| Arc::clone(&opened.archive)).collect();
        let proof = verified::proof(&opened, &options).await?;
        let bug = |error: DataFusionError| Error::Bug(error.strip_backtrace());
        let (context, names) = engine::context(&archives, &options, &proof).map_err(bug)?;
        let mut kept = Kept::default();
        for (name, opened) in names.into_iter().zip(archives) {
            kept.keep(name, &opened);
        }
        let scan = ScanOptions { proof, ..options.scan.clone() };
        Ok(Self { context, options: Options { scan, ..options }, kept: Arc::new(Mutex::new(kept)) })
    }

    /// The archives, in the order in which they were opened.
    #[must_use]
    pub fn archives(&self) -> Vec<Arc<Archive>> {
        self.kept().archives.iter().map(|(_, archive)| Arc::clone(archive)).collect()
    }

    /// The name of every archive's schema, and where the archive is, in the order in which they were opened.
    #[must_use]
    pub fn attached(&self) -> Vec<(String, String)> {
        self.kept().archives.iter().map(|(name, archive)| (name.clone(), archive.location().display())).collect()
    }

    /// The options that the archive of this schema is read with.
    fn options_of(&self, schema: &str) -> Options {
        let own = self.kept().own.iter().find(|(known, _)| known == schema).map(|(_, options)| options.clone());
        own.map_or_else(|| self.options.clone(), |own| self.options.over(own))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it was asked for.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The same archives and tables, asked for another range, other accounts or regions, with other parameters.
    ///
    /// Views and tables of one's own keep the range in which they were made.
    ///
    /// # Errors
    /// [`Error::Bug`] when a table cannot be made anew.
    pub fn narrowed(&self, options: Options) -> Result<Self, Error> {
        // What is known of the log files stays known.
        let scan = ScanOptions { proof: self.options.scan.proof.clone(), ..options.scan };
        let options = Options { scan, ..options };
        let narrowed = Self { context: self.context.clone(), options, kept: Arc::clone(&self.kept) };
        let (archives, defined) = {
            let kept = self.kept();
            (kept.archives.clone(), kept.defined.clone())
        };
        let is_own = |schema: &str, table: &str| defined.iter().any(|own| own.schema == schema && own.name == table);
        for (schema, archive) in &archives {
            let options = narrowed.options_of(schema);
            engine::narrow(&self.context, schema, archive, &options, |table| is_own(schema, table))
                .map_err(|error| Error::Bug(error.strip_backtrace()))?;
        }
        Ok(narrowed)
    }

    /// Forgets what earlier listings found, so that the next one sees accounts, regions and days that are new.
    pub fn refresh(&self) {
        self.archives().iter().for_each(|archive| archive.refresh());
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
        self.parse_each(source, language).into_iter().collect()
    }

    /// The statements of a text, each with what is wrong with it.
    #[must_use]
    pub fn parse_each(&self, source: &Source, language: Language) -> Vec<Result<Statement, Error>> {
        let statement = |form| Statement { source: source.clone(), form };
        match language {
            Language::Sql => match sql::parse(source) {
                Ok(parsed) => {
                    let each = |parsed: Result<sql::Statement, Diagnostics>| {
                        parsed.map(|parsed| statement(Form::Sql(Box::new(parsed)))).map_err(Error::Query)
                    };
                    parsed.into_iter().map(each).collect()
                }
                Err(error) => vec![Err(Error::Query(error))],
            },
            Language::Insights => {
                let parsed = crate::insights::parse(source).map_err(Error::Query);
                vec![parsed.map(|query| statement(Form::Insights(Box::new(query))))]
            }
            Language::Filter => {
                let parsed = crate::filter_pattern::parse(source).map_err(Error::Query);
                vec![parsed.map(|pattern| statement(Form::Filter(Box::new(pattern))))]
            }
            Language::Sigma => match crate::sigma::rules_of(source) {
                Ok((rules, mut notices)) => {
                    // The remarks on a file are said once.
                    let mut each = |rule| {
                        let mut remarks = std::mem::take(&mut notices);
                        remarks.extend(crate::sigma::lint(&rule));
                        statement(Form::Sigma(Box::new(rule), remarks))
                    };
                    rules.into_iter().map(|rule| Ok(each(rule))).collect()
                }
                Err(error) => vec![Err(Error::Query(error))],
            },
        }
    }

    /// Starts a statement. Its rows come as the answer is asked for them.
    ///
    /// # Errors
    /// [`Error::Query`] when it cannot be planned; [`Error::Archive`] when the archive cannot be listed;
    /// [`Error::Limit`] when that takes too long, or more would be read than may be.
    pub async fn run(&self, statement: Statement) -> Result<Answer, Error> {
        let deadline = Deadline::after(self.options.timeout);
        let started = async {
            let planned = self.plan(&statement).await?;
            self.start(planned, &statement.source, deadline).await
        };
        deadline.bound(started).await
    }

    /// A statement as SQL, and the remarks on it: SQL as it is planned, other languages as a person would write them.
    ///
    /// # Errors
    /// [`Error::Query`] when the query is wrong, or the target cannot say it; [`Error::Usage`] for SQL that is to become
    /// Athena's.
    pub async fn translate(&self, statement: &Statement, target: Target) -> Result<(String, Diagnostics), Error> {
        let parsed = match (&statement.form, target) {
            (Form::Sql(parsed), Target::Trailql) => parsed,
            (Form::Sql(_), Target::Athena) => {
                return Err(Error::Usage {
                    message: "only queries in other languages become SQL for Athena".to_owned(),
                    help: "trailql reads Athena's SQL as it is: one text runs in both".to_owned(),
                });
            }
            (Form::Insights(_) | Form::Filter(_) | Form::Sigma(..), _) => {
                return self.write_sql(statement, target).await;
            }
        };
        let catalog = self.catalog().await;
        let (text, list) = match parsed.prepare(&statement.source, &catalog) {
            Prepared::Query(rewritten) => (rewritten.ast.to_string(), rewritten.notices),
            Prepared::Command(_) => (parsed.text().to_owned(), Vec::new()),
        };
        Ok((text, Diagnostics { source: statement.source.clone(), list }))
    }

    async fn write_sql(&self, statement: &Statement, target: Target) -> Result<(String, Diagnostics), Error> {
        let Planned { plan, mut notices, is_estimate, .. } = self.plan(statement).await?;
        let refused = |error| Error::Query(Diagnostics { source: statement.source.clone(), list: vec![error] });
        if is_estimate {
            let error = Diagnostic::error("S011", "`estimate` cannot be written in SQL");
            return Err(refused(error.help("it asks what would be read, not for rows: ask with `trailql query`")));
        }
        // How a plan would be carried out is asked with the text itself.
        let plan = match &plan {
            LogicalPlan::Explain(explain) => explain.plan.as_ref(),
            LogicalPlan::Analyze(analyze) => analyze.input.as_ref(),
            plan => plan,
        };
        let Translation { text, notices: more } = sql::write(plan, target).map_err(refused)?;
        notices.list.extend(more);
        Ok((text, notices))
    }

    async fn start(&self, planned: Planned, source: &Source, deadline: Deadline) -> Result<Answer, Error> {
        let meter = Meter::new(&self.archives());
        let Planned { plan, language, headings, notices, is_estimate, screen_rows } = planned;
        let failed = |error: DataFusionError| self.failed(source, error);
        let frame = self.context.execute_logical_plan(plan).await.map_err(failed)?;
        let (mut state, logical) = frame.into_parts();
        engine::set_budget(&mut state, is_estimate || matches!(logical, LogicalPlan::Explain(_)), &self.options);
        engine::set_filters_of_bounds(&mut state, &logical);
        let mut physical = state.create_physical_plan(&logical).await.map_err(failed)?;
        if is_estimate {
            let estimate = insights::estimate(&state).map_err(failed)?;
            physical = state.create_physical_plan(&estimate).await.map_err(failed)?;
        }
        let stream = execute_stream(Arc::clone(&physical), self.context.task_ctx()).map_err(failed)?;
        let schema = answer::headed(&stream.schema(), &headings);
        let (stream, ground) = (background::run(stream), self.ground());
        Ok(Answer {
            stream,
            schema,
            physical,
            logical,
            language,
            notices,
            screen_rows,
            ground,
            rows: 0,
            deadline,
            meter,
            tap: None,
        })
    }

    async fn plan(&self, statement: &Statement) -> Result<Planned, Error> {
        let source = &statement.source;
        let notices = |list| Diagnostics { source: source.clone(), list };
        match &statement.form {
            Form::Sql(parsed) => {
                self.read_files(&parsed.files(), source).await?;
                let catalog = self.catalog().await;
                match parsed.prepare(source, &catalog) {
                    Prepared::Query(rewritten) => {
                        let Rewritten { ast, headings, notices: list } = *rewritten;
                        let plan = as_written(self.plan_tree(ast, source).await?, parsed.text());
                        let plan = sql::with_addresses_as_text(plan).map_err(|error| self.failed(source, error))?;
                        Ok(Planned { headings, ..Planned::new(plan, Language::Sql, notices(list)) })
                    }
                    Prepared::Command(command) => {
                        let Done { plan, notices: list } = Box::pin(self.command(command, source)).await?;
                        Ok(Planned::new(plan, Language::Sql, notices(list)))
                    }
                }
            }
            Form::Filter(parsed) => {
                let predicate = crate::filter_pattern::predicate(&parsed.pattern);
                let plan = self.plan_select(source, predicate, Vec::new()).await?;
                Ok(Planned::new(plan, Language::Filter, notices(parsed.notices.clone())))
            }
            Form::Insights(query) => {
                let scope = self.scope(query, source).await?;
                let lowered = crate::insights::lower(query, source, &scope).map_err(Error::Query)?;
                Ok(Planned {
                    is_estimate: lowered.is_estimate,
                    screen_rows: (!lowered.is_limited).then_some(SCREEN_ROWS),
                    ..Planned::new(lowered.plan, Language::Insights, notices(lowered.notices))
                })
            }
            Form::Sigma(rule, remarks) => {
                Ok(Planned::new(self.plan_sigma(rule).await?, Language::Sigma, notices(remarks.clone())))
            }
        }
    }

    /// The plan of a query within a command, and the remarks on it.
    async fn plan_sql(
        &self,
        statement: &sql::Statement,
        source: &Source,
    ) -> Result<(Vec<Diagnostic>, LogicalPlan), Error> {
        let catalog = self.catalog().await;
        let Prepared::Query(rewritten) = statement.prepare(source, &catalog) else {
            let wrong = Diagnostic::error("S001", "expected a query, found another statement");
            return Err(Error::Query(Diagnostics { source: source.clone(), list: vec![wrong] }));
        };
        Ok((rewritten.notices, self.plan_tree(rewritten.ast, source).await?))
    }

    /// The plan of a syntax tree, its placeholders replaced by values.
    async fn plan_tree(&self, ast: Parsed, source: &Source) -> Result<LogicalPlan, Error> {
        let plan = self.context.state().statement_to_plan(ast).await;
        let plan = plan.map_err(|error| self.failed(source, error))?;
        params::bind(plan, source, &self.options.params)
    }

    /// The tables there are, for names to mean.
    async fn catalog(&self) -> sql::Catalog {
        let (archives, defined) = {
            let kept = self.kept();
            (kept.archives.clone(), kept.defined.clone())
        };
        let archive_of = |schema: &str, name: &str| {
            let found = defined.iter().find(|known| known.schema == schema && known.name == name);
            found.map_or_else(|| schema.to_owned(), |known| known.archive.clone())
        };
        let tables = engine::tables_of(&self.context, archive_of).await;
        sql::Catalog {
            default_schema: engine::default_schema(&self.context),
            tables,
            schemas: engine::schemas(&self.context),
            archives: archives.len(),
            location: archives.first().map(|(_, archive)| archive.location().display()).unwrap_or_default(),
        }
    }

    fn ground(&self) -> Ground {
        let shown: Vec<String> = self.archives().iter().map(|archive| archive.location().display()).collect();
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

/// A view is kept with the text that its author wrote.
fn as_written(plan: LogicalPlan, text: &str) -> LogicalPlan {
    match plan {
        LogicalPlan::Ddl(DdlStatement::CreateView(mut view)) => {
            view.definition = Some(text.to_owned());
            LogicalPlan::Ddl(DdlStatement::CreateView(view))
        }
        plan => plan,
    }
}
