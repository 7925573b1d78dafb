//! A session that is asked, and what it answers as tab-separated text.

use chrono::Utc;
use tokio::runtime::Runtime;

use trailql::Error;
use trailql::diag::Source;
use trailql::output::{Format, Options as Written, Writer};
use trailql::session::{Language, Options, Outcome, Session};
use trailql::sql::Target;

use crate::memory::Memory;

/// A session and the threads it runs on.
pub(crate) struct Asked {
    runtime: Runtime,
    session: Session,
}

impl Asked {
    /// A session over these archives.
    pub(crate) fn open(archives: &[&str]) -> Self {
        let runtime = Runtime::new().expect("threads can be started");
        let session = runtime.block_on(Session::open(archives, Options::new(Utc::now()))).expect("archives");
        Self { runtime, session }
    }

    /// The answers to the statements of a text: values separated by tabs, rows by line feeds.
    pub(crate) fn ask(&self, text: &str) -> Result<String, Error> {
        self.runtime.block_on(async {
            let source = Source::new("query", text);
            let mut rows = String::new();
            for statement in self.session.parse(&source, Language::of_text(text))? {
                let mut answer = self.session.run(statement).await?;
                let memory = Memory::default();
                let null = Some("NULL".to_owned());
                let options = Written { null, headings: false, style: Language::Sql.style(), ..Written::default() };
                let mut writer = Writer::new(Format::Tsv, answer.schema(), options, Box::new(memory.clone()))?;
                while let Some(batch) = answer.next().await? {
                    writer.write(&batch)?;
                }
                writer.finish()?;
                rows.push_str(memory.text().trim_end_matches('\n'));
            }
            Ok(rows)
        })
    }

    /// What was read for one statement.
    #[track_caller]
    pub(crate) fn outcome(&self, text: &str) -> Outcome {
        let ran: Result<Outcome, Error> = self.runtime.block_on(async {
            let mut statements = self.session.parse(&Source::new("query", text), Language::of_text(text))?;
            let mut answer = self.session.run(statements.remove(0)).await?;
            while answer.next().await?.is_some() {}
            Ok(answer.outcome())
        });
        ran.expect(text)
    }

    /// Runs every statement of a text, of which there must be so many; those that fail, and why.
    #[track_caller]
    pub(crate) fn each(&self, text: &str, at_least: usize) -> Vec<String> {
        let source = Source::new("corpus", text);
        let statements = self.session.parse_each(&source, Language::Sql);
        assert!(statements.len() >= at_least, "{} statements", statements.len());
        let run = |(number, statement): (usize, Result<_, Error>)| {
            let ran = self.runtime.block_on(async {
                let mut answer = self.session.run(statement?).await?;
                while answer.next().await?.is_some() {}
                Ok(answer.outcome().is_incomplete())
            });
            match ran {
                Ok(false) => None,
                Ok(true) => Some(format!("{number}: something could not be read")),
                Err(Error::Query(found)) => {
                    let drawn = trailql::output::diagnostic::draw(&found, None);
                    Some(format!("{number}: {drawn}"))
                }
                Err(error) => Some(format!("{number}: {error}")),
            }
        };
        statements.into_iter().enumerate().filter_map(run).collect()
    }

    /// What each statement of a text becomes before it is planned; an error where it cannot be read.
    pub(crate) fn translate(&self, text: &str) -> Vec<Result<String, Error>> {
        let source = Source::new("query", text);
        let parsed = self.session.parse_each(&source, Language::Sql);
        let each = |parsed: Result<_, Error>| {
            let written = async { Ok(self.session.translate(&parsed?, Target::Trailql).await?.0) };
            self.runtime.block_on(written)
        };
        parsed.into_iter().map(each).collect()
    }

    /// The sentence of the error that a text ends in.
    #[track_caller]
    pub(crate) fn refused(&self, text: &str) -> String {
        match self.ask(text) {
            Ok(rows) => panic!("{text} gave {rows}"),
            Err(error) => error.to_string(),
        }
    }
}
