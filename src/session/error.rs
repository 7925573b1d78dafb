//! Everything that can go wrong in trailql, by whose turn it is to act.

use std::sync::Arc;

use datafusion::common::DataFusionError;

use crate::archive;
use crate::diag::Diagnostics;
use crate::output;
use crate::output::summary::human_bytes;
use crate::table::{Failure, OverLimit};

/// Everything that can go wrong in trailql, by whose turn it is to act.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The query text; each diagnostic points into it.
    #[error("{0}")]
    Query(Diagnostics),
    /// An option or argument.
    #[error("{message}")]
    Usage {
        /// What was found.
        message: String,
        /// The remedy.
        help: String,
    },
    /// A value met while the query ran, such as text cast to a number.
    #[error("{0}")]
    Execution(String),
    /// An archive as a whole. The cause is the `source`, not part of the sentence.
    #[error("cannot read {location}")]
    Archive {
        /// The archive.
        location: String,
        /// The cause.
        source: archive::Error,
    },
    /// A log file, where the first one that cannot be read ends the query.
    #[error(transparent)]
    File(Failure),
    /// A limit stopped the query.
    #[error("{message}")]
    Limit {
        /// What the query needs, and what it may have.
        message: String,
        /// The remedy.
        help: String,
    },
    /// The result could not be written.
    #[error(transparent)]
    Output(#[from] output::Error),
    /// A promise inside trailql was broken.
    #[error("internal error: {0}; please report it")]
    Bug(String),
}

impl Error {
    /// Unwraps what DataFusion carried through; a query's own diagnostics are made elsewhere.
    pub(super) fn from_run(error: DataFusionError, ground: &Ground) -> Self {
        let sentence = error.find_root().strip_backtrace();
        match into_root(error) {
            DataFusionError::External(cause) => match cause.downcast::<archive::Error>() {
                Ok(source) => Self::Archive { location: ground.location.clone(), source: *source },
                Err(cause) => match cause.downcast::<Failure>() {
                    Ok(failure) => Self::File(*failure),
                    Err(cause) => match cause.downcast::<OverLimit>() {
                        Ok(over) => Self::over_limit(&over),
                        Err(cause) => Self::Execution(cause.to_string()),
                    },
                },
            },
            DataFusionError::ResourcesExhausted(_) => Self::of_memory(ground.memory),
            DataFusionError::Internal(sentence) => Self::Bug(sentence),
            DataFusionError::ExecutionJoin(join) => Self::Bug(join.to_string()),
            _ => Self::Execution(plain(&sentence)),
        }
    }

    fn over_limit(over: &OverLimit) -> Self {
        Self::Limit {
            message: over.to_string(),
            help: format!("narrow it by time, account or region, or allow more with {}", over.option),
        }
    }

    fn of_memory(allowed: u64) -> Self {
        Self::Limit {
            message: format!("the query holds more than {} of memory, and cannot put it on disk", human_bytes(allowed)),
            help: "allow more with --memory, or ask for less: fewer columns, a shorter time, a LIMIT".to_owned(),
        }
    }
}

/// What errors of a session's runs have to say of it.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    /// The archives.
    pub(super) location: String,
    /// Bytes of memory that a query may hold.
    pub(super) memory: u64,
}

/// A sentence without the names of the libraries it came through: `Arrow error: Cast error: Cannot cast …`.
fn plain(sentence: &str) -> String {
    let mut rest = sentence;
    while let Some((kind, inner)) = rest.split_once(" error: ")
        && kind.chars().all(char::is_alphabetic)
    {
        rest = inner;
    }
    let mut characters = rest.chars();
    characters.next().into_iter().flat_map(char::to_lowercase).chain(characters).collect()
}

/// The error inside the wrappings of context.
fn into_root(error: DataFusionError) -> DataFusionError {
    match error {
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => into_root(*inner),
        DataFusionError::Shared(inner) => match Arc::try_unwrap(inner) {
            Ok(inner) => into_root(inner),
            Err(shared) => DataFusionError::Execution(shared.strip_backtrace()),
        },
        DataFusionError::External(cause) => match cause.downcast::<DataFusionError>() {
            Ok(inner) => into_root(*inner),
            Err(cause) => DataFusionError::External(cause),
        },
        other => other,
    }
}
