//! What the shell asks of whoever opened it: to run a command of the command line.

use std::pin::Pin;

use crate::session::{Error, Options};
use crate::terminal::Terminal;

/// A command that is running. True when something could not be read for it.
pub type Running<'a> = Pin<Box<dyn Future<Output = Result<bool, Error>> + 'a>>;

/// A command of the command line.
#[derive(Debug, Clone)]
pub struct Hosted {
    /// Its name.
    pub name: String,
    /// What it does.
    pub summary: String,
    /// What may stand in its arguments: subcommands, options, and the values of those that have few.
    pub words: Vec<String>,
}

/// Runs commands of the command line over the shell's archives: `.hunt --pack root` is `trailql hunt --pack root`.
pub trait Host {
    /// The commands.
    fn commands(&self) -> Vec<Hosted>;

    /// Runs a command with its arguments. Archives and options are the shell's, where the arguments say nothing.
    fn run<'a>(
        &'a self,
        words: Vec<String>,
        archives: Vec<String>,
        options: Options,
        terminal: &'a Terminal,
    ) -> Running<'a>;
}
