//! Text that is longer than the screen goes through a pager.

use std::io::{self, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use unicode_width::UnicodeWidthStr;

/// Text that is held back until it is longer than the screen; then a pager shows it, else stdout.
pub(super) struct Paged {
    command: String,
    rows: usize,
    columns: usize,
    held: Vec<u8>,
    lines: usize,
    state: State,
}

enum State {
    /// It may still fit the screen.
    Holding,
    /// A pager is reading it.
    Paging(Child, Option<ChildStdin>),
    /// There is no pager.
    Plain,
}

/// What `less` is to do where nobody has said: end when one screen is enough, keep colours, cut long lines, and leave
/// the text on the screen.
const LESS: &str = "SRFX";

impl Paged {
    /// For a screen of so many rows and columns.
    pub(super) fn new(command: String, (rows, columns): (usize, usize)) -> Self {
        Self { command, rows, columns: columns.max(1), held: Vec::new(), lines: 0, state: State::Holding }
    }

    /// A screen is full: whoever can shows the text from now on.
    fn begin(&mut self) -> io::Result<()> {
        let mut command = if cfg!(windows) { Command::new("cmd") } else { Command::new("sh") };
        command.args([if cfg!(windows) { "/C" } else { "-c" }, &self.command]).stdin(Stdio::piped());
        if std::env::var_os("LESS").is_none() {
            command.env("LESS", LESS);
        }
        if let Ok(mut child) = command.spawn() {
            let input = child.stdin.take();
            self.state = State::Paging(child, input);
        } else {
            self.state = State::Plain;
        }
        let held = std::mem::take(&mut self.held);
        self.pass_on(&held)
    }

    fn pass_on(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.state {
            State::Paging(_, Some(input)) => input.write_all(bytes),
            State::Paging(_, None) => Err(io::ErrorKind::BrokenPipe.into()),
            State::Holding | State::Plain => io::stdout().write_all(bytes),
        }
    }

    /// Shows what was held back, or waits for the reader to leave the pager. Text may follow.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.state, State::Holding) {
            State::Paging(mut child, input) => {
                drop(input);
                child.wait()?;
            }
            State::Holding | State::Plain => {
                let held = std::mem::take(&mut self.held);
                io::stdout().write_all(&held)?;
            }
        }
        self.lines = 0;
        io::stdout().flush()
    }
}

impl Write for Paged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !matches!(self.state, State::Holding) {
            self.pass_on(bytes)?;
            return Ok(bytes.len());
        }
        self.held.extend_from_slice(bytes);
        // A line that is wider than the screen takes several of its rows.
        let taken = |line: &str| line.width().div_ceil(self.columns).max(1);
        let text = String::from_utf8_lossy(bytes);
        self.lines = self.lines.saturating_add(text.lines().map(taken).sum());
        if self.lines >= self.rows {
            self.begin()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.state {
            State::Paging(_, Some(input)) => input.flush(),
            _ => Ok(()),
        }
    }
}

impl Drop for Paged {
    /// Whoever was cut short leaves no pager behind that waits for more.
    fn drop(&mut self) {
        if let State::Paging(child, input) = &mut self.state {
            drop(input.take());
            let _ = child.wait();
        }
    }
}

/// The pager that the environment names, `less` where it names none; none where pagers are of no use.
pub(super) fn of_environment() -> Option<String> {
    let named = ["TRAILQL_PAGER", "PAGER"].into_iter().find_map(|name| std::env::var(name).ok());
    let command = named.unwrap_or_else(|| "less".to_owned());
    let is_dumb = std::env::var("TERM").is_ok_and(|name| name == "dumb");
    let is_none = matches!(command.trim(), "" | "cat");
    (!is_dumb && !is_none).then_some(command)
}
