//! What completion asks of the shell.

use std::sync::{Arc, LazyLock};

use super::host::Hosted;
use super::input::Surroundings;
use super::saved;
use crate::packs;
use crate::session::{KnownTable, Session};

/// See the file.
pub(super) struct Around {
    /// Its tables are those of every session that comes of it.
    pub(super) session: Arc<Session>,
    /// The commands of the command line.
    pub(super) hosted: Vec<Hosted>,
}

impl Surroundings for Around {
    fn tables(&self) -> Vec<KnownTable> {
        self.session.known_tables()
    }

    fn saved_queries(&self) -> Vec<String> {
        // They are part of the program, and many to read at each Tab.
        static OF_PACKS: LazyLock<Vec<String>> = LazyLock::new(|| {
            let queries = packs::all().unwrap_or_default().into_iter().flat_map(|pack| pack.queries);
            queries.map(|query| query.id).collect()
        });
        saved::names().into_iter().chain(OF_PACKS.iter().cloned()).collect()
    }

    fn archives(&self) -> Vec<String> {
        self.session.options().named.iter().map(|named| named.name.clone()).collect()
    }

    fn commands(&self) -> Vec<String> {
        self.hosted.iter().map(|command| command.name.clone()).collect()
    }

    fn command_line(&self, line: &str) -> Vec<String> {
        let command = line.split_whitespace().next().unwrap_or_default();
        let hosted = self.hosted.iter().find(|hosted| hosted.name == command);
        hosted.map(|hosted| hosted.words.clone()).unwrap_or_default()
    }
}
