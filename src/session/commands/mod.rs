//! What a session does for statements that no plan answers: tables by definition, databases, rows kept in files.

mod define;
mod files;
mod write;

use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};

pub(super) use define::Defined;
pub(super) use write::Made;

use super::{Error, Session};
use crate::diag::{Diagnostic, Diagnostics, Source};
use crate::sql::Command;

/// What a command gives: rows, or none, and a remark.
pub(super) struct Done {
    pub(super) plan: LogicalPlan,
    pub(super) notices: Vec<Diagnostic>,
}

impl Done {
    /// Nothing to show, and something to say.
    fn said(sentence: impl Into<String>) -> Result<Self, Error> {
        let plan = LogicalPlanBuilder::empty(false).build().map_err(|error| Error::Bug(error.to_string()))?;
        Ok(Self { plan, notices: vec![Diagnostic::notice("S021", sentence)] })
    }

    /// Nothing to show or say.
    fn quiet() -> Result<Self, Error> {
        Ok(Self { notices: Vec::new(), ..Self::said("")? })
    }
}

impl Session {
    /// Does what a command says.
    pub(super) async fn command(&self, command: &Command, source: &Source) -> Result<Done, Error> {
        match command {
            Command::Nothing(why) => Done::said(*why),
            Command::Define(definition) => self.define(definition, source).await,
            Command::CreateDatabase(name) => self.create_database(name),
            Command::Use(name) => self.use_database(name, source),
            Command::Drop { name, if_exists } => self.drop_table(name, *if_exists, source),
            Command::DropDatabase { name, if_exists } => self.drop_database(name, *if_exists, source),
            Command::AddPartitions { name, locations } => self.add_partitions(name, locations, source),
            Command::SetLocation { name, location } => self.set_location(name, location, source).await,
            Command::SetProperties { name, properties } => self.set_properties(name, properties, source).await,
            Command::CreateTableAs(written) => self.create_table_as(written, source).await,
            Command::Insert(written) => self.insert(written, source).await,
            Command::Unload(written) => self.unload(written, source).await,
            Command::Show(_) => Done::quiet(),
        }
    }
}

/// An error of the query as a whole, with the word that it is about.
pub(in crate::session) fn wrong(diagnostic: Diagnostic, word: &str, source: &Source) -> Error {
    let place = source.text.find(word).map(|start| crate::diag::Span::new(start, start + word.len()));
    let diagnostic = match place {
        Some(place) if !word.is_empty() => diagnostic.at(place, ""),
        _ => diagnostic,
    };
    Error::Query(Diagnostics { source: source.clone(), list: vec![diagnostic] })
}
