//! The peer: DuckDB from PyPI, reading the same files in place with a schema that holds only what it needs.

use std::path::PathBuf;
use std::process::Command;
use std::thread;

use crate::archive::Archive;
use crate::install::{self, Environment};
use crate::queries::Query;

/// A Python that has DuckDB.
#[derive(Debug)]
pub(crate) struct DuckDb {
    python: PathBuf,
}

impl DuckDb {
    /// Installs it below the target folder, once.
    ///
    /// # Errors
    /// A sentence on what is missing.
    pub(crate) fn install() -> Result<Self, String> {
        let python = install::python(&Environment {
            name: "duckdb",
            requirements: include_str!("requirements.txt"),
            modules: &["duckdb"],
        })?;
        Ok(Self { python })
    }

    /// A process that answers the query on as many threads as trailql takes; none where it has no such question.
    pub(crate) fn command(&self, archive: &Archive, query: &Query) -> Option<Command> {
        let duck = query.duckdb.as_ref()?;
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let files = archive.folder.join("AWSLogs/**/*.json.gz");
        let files = files.to_str()?.replace('\'', "''");
        // One object a file: what is larger than the limit of 16 MB must be allowed for.
        let records = format!(
            "SELECT unnest(Records) AS r FROM read_json('{files}', format = 'unstructured', compression = 'gzip', \
             maximum_object_size = 268435456, columns = {{Records: 'STRUCT({})[]'}})",
            duck.record
        );
        let mut command = Command::new(&self.python);
        command.args(["-c", PROGRAM, &threads.to_string(), &format!("WITH records AS ({records}) {}", duck.query)]);
        Some(command)
    }
}

/// Everything that the answer holds is fetched, as it is from trailql.
const PROGRAM: &str = "\
import sys, duckdb
connection = duckdb.connect(config={'threads': int(sys.argv[1])})
print(len(connection.execute(sys.argv[2]).fetchall()))
";
