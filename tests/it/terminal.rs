//! A terminal with the shell on it: keys go in, and what a person would see comes out.

use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use anstream::adapter::StripBytes;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

pub(crate) const ARCHIVE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/archive");
pub(crate) const PROMPT: &str = "trailql> ";
/// A loaded machine may take its time; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Keys as a terminal sends them.
pub(crate) mod key {
    pub(crate) const ENTER: &str = "\r";
    pub(crate) const TAB: &str = "\t";
    pub(crate) const UP: &str = "\x1b[A";
    pub(crate) const CTRL_C: &str = "\x03";
    pub(crate) const CTRL_D: &str = "\x04";
    pub(crate) const CTRL_R: &str = "\x12";
    pub(crate) const CTRL_X_CTRL_E: &str = "\x18\x05";
    pub(crate) const ESCAPE: &str = "\x1b";
}

/// How a shell is started.
pub(crate) struct Start {
    command: CommandBuilder,
    home: TempDir,
    size: PtySize,
}

/// A shell on a terminal, with a home of its own.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn std::io::Write + Send>,
    seen: Arc<Seen>,
    /// How much of the text has been waited for.
    read: usize,
    pub(crate) home: TempDir,
}

/// What the terminal shows, and has shown.
struct Seen {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    screen: vt100::Parser,
    /// Everything that was written, without what steers the terminal.
    text: String,
    has_ended: bool,
}

impl Start {
    /// A shell on the example archive, on a terminal of 40 lines and 100 columns.
    pub(crate) fn new() -> Self {
        let mut start = Self::bare();
        start.command.arg(ARCHIVE);
        start
    }

    /// A shell without an archive.
    pub(crate) fn bare() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let program = std::env::var_os("CARGO_BIN_EXE_trailql").unwrap_or_else(|| env!("CARGO_BIN_EXE_trailql").into());
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        for (name, value) in [("TERM", "xterm-256color"), ("NO_COLOR", "1"), ("LANG", "C.UTF-8"), ("PAGER", "cat")] {
            command.env(name, value);
        }
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let in_home = |name: &str| home.path().join(name);
        command.env("HOME", home.path());
        for (name, folder) in [("STATE", "state"), ("CONFIG", "config"), ("CACHE", "cache")] {
            command.env(format!("XDG_{name}_HOME"), in_home(folder));
        }
        command.cwd(home.path());
        Self { command, home, size: size(40, 100) }
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub(crate) fn size(mut self, rows: u16, columns: u16) -> Self {
        self.size = size(rows, columns);
        self
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Starts it, without waiting for its prompt.
    pub(crate) fn start(self) -> Terminal {
        let pair = native_pty_system().openpty(self.size).expect("a terminal");
        let child = pair.slave.spawn_command(self.command).expect("trailql can be started on a terminal");
        let mut output = pair.master.try_clone_reader().expect("what is written can be read");
        let keys = pair.master.take_writer().expect("keys can be typed");
        let screen = vt100::Parser::new(self.size.rows, self.size.cols, 0);
        let state = State { screen, text: String::new(), has_ended: false };
        let seen = Arc::new(Seen { state: Mutex::new(state), changed: Condvar::new() });
        let see = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut strip = StripBytes::new();
            let mut bytes = [0; 65_536];
            // A terminal whose process has ended answers with an error.
            while let Ok(length @ 1..) = output.read(&mut bytes) {
                let mut state = see.state.lock().expect("nobody panics here");
                state.screen.process(&bytes[..length]);
                for plain in strip.strip_next(&bytes[..length]) {
                    state.text.push_str(&String::from_utf8_lossy(plain));
                }
                see.changed.notify_all();
            }
            see.state.lock().expect("nobody panics here").has_ended = true;
            see.changed.notify_all();
        });
        Terminal { child, master: pair.master, keys, seen, read: 0, home: self.home }
    }

    /// Starts it, to its first prompt.
    pub(crate) fn open(self) -> Terminal {
        let mut terminal = self.start();
        terminal.prompted();
        terminal
    }
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

impl Terminal {
    /// A shell on the example archive, at its first prompt.
    pub(crate) fn open() -> Self {
        Start::new().open()
    }

    /// Types keys.
    pub(crate) fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("the terminal takes keys");
    }

    /// Pastes a text, as terminals do that mark what is pasted.
    pub(crate) fn pastes(&mut self, text: &str) {
        self.types(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Waits until something holds of what is shown.
    #[track_caller]
    fn wait<T>(&mut self, what: &str, mut holds: impl FnMut(&State) -> Option<T>) -> T {
        let started = Instant::now();
        let mut state = self.seen.state.lock().expect("nobody panics here");
        loop {
            if let Some(found) = holds(&state) {
                return found;
            }
            let left = PATIENCE.saturating_sub(started.elapsed());
            if state.has_ended || left.is_zero() {
                let why = if state.has_ended { "trailql has ended" } else { "time is up" };
                let screen = state.screen.screen().contents();
                drop(state);
                panic!("{what}: {why}; the screen shows\n{screen}");
            }
            state = self.seen.changed.wait_timeout(state, left).expect("nobody panics here").0;
        }
    }

    /// Waits for this text, after what was waited for before.
    #[track_caller]
    pub(crate) fn says(&mut self, text: &str) {
        let from = self.read;
        let end = self.wait(&format!("`{text}` is not said"), |state| {
            state.text.get(from..)?.find(text).map(|at| from + at + text.len())
        });
        self.read = end;
    }

    /// Waits until the screen shows this text, wherever.
    #[track_caller]
    pub(crate) fn shows(&mut self, text: &str) {
        // A text that goes on in the next line is one text.
        let holds = |state: &State| state.screen.screen().contents().replace('\n', "").contains(text).then_some(());
        self.wait(&format!("`{text}` is not shown"), holds);
    }

    /// Waits for an empty prompt at the cursor.
    #[track_caller]
    pub(crate) fn prompted(&mut self) {
        self.prompted_with("");
    }

    /// Waits for a prompt with this text after it, and the cursor at its end.
    #[track_caller]
    pub(crate) fn prompted_with(&mut self, text: &str) {
        let wanted = format!("{PROMPT}{text}");
        self.wait(&format!("there is no prompt with `{text}`"), |state| {
            let screen = state.screen.screen();
            let (row, column) = screen.cursor_position();
            let line = screen.rows(0, screen.size().1).nth(usize::from(row))?;
            (line.trim_end() == wanted.trim_end() && usize::from(column) == wanted.chars().count()).then_some(())
        });
        self.read = self.seen.state.lock().expect("nobody panics here").text.len();
    }

    /// Gives up the line. What is typed right after Ctrl-C is thrown away, as terminals do.
    #[track_caller]
    pub(crate) fn gives_up(&mut self) {
        self.types(key::CTRL_C);
        std::thread::sleep(Duration::from_millis(300));
        self.prompted();
    }

    /// Types lines, waits for texts in their order, and for the prompt.
    #[track_caller]
    pub(crate) fn answers(&mut self, lines: &[&str], texts: &[&str]) {
        for line in lines {
            self.types(line);
            self.types(key::ENTER);
        }
        for text in texts {
            self.says(text);
        }
        self.prompted();
    }

    /// A small question is answered: the shell and its terminal are as they were.
    #[track_caller]
    pub(crate) fn is_sound(&mut self) {
        self.answers(&["SELECT 40 + 2 AS sound;"], &["sound", "42", "1 row"]);
        let state = self.seen.state.lock().expect("nobody panics here");
        let screen = state.screen.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor(), "the terminal is not as it was");
    }

    /// Waits until a folder of its home has a file.
    #[track_caller]
    pub(crate) fn waits_for_file(&self, folder: &str) {
        let folder = self.home.path().join(folder);
        let started = Instant::now();
        while std::fs::read_dir(&folder).map_or(0, Iterator::count) == 0 {
            assert!(started.elapsed() < PATIENCE, "nothing is written to {}", folder.display());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What the screen shows.
    pub(crate) fn screen(&self) -> String {
        self.seen.state.lock().expect("nobody panics here").screen.screen().contents()
    }

    /// Whether a text on the screen is coloured.
    pub(crate) fn is_coloured(&self, text: &str) -> bool {
        let state = self.seen.state.lock().expect("nobody panics here");
        let screen = state.screen.screen();
        let columns = screen.size().1;
        let place = screen
            .rows(0, columns)
            .enumerate()
            .find_map(|(row, line)| line.find(text).map(|at| (row as u16, line[..at].chars().count() as u16)));
        let cell = place.and_then(|(row, column)| screen.cell(row, column));
        cell.is_some_and(|cell| cell.fgcolor() != vt100::Color::Default || cell.bold() || cell.dim())
    }

    /// Makes the terminal another size.
    pub(crate) fn resize(&mut self, rows: u16, columns: u16) {
        self.seen.state.lock().expect("nobody panics here").screen.screen_mut().set_size(rows, columns);
        self.master.resize(size(rows, columns)).expect("a terminal takes another size");
    }

    /// Processor time that the shell has taken so far.
    #[cfg(target_os = "linux")]
    pub(crate) fn worked(&self) -> Duration {
        let process = self.child.process_id().expect("it runs");
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("it runs");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        // User and system time, in hundredths of a second on every Linux there is.
        let ticks: u64 = fields[11..13].iter().filter_map(|field| field.parse::<u64>().ok()).sum();
        Duration::from_millis(ticks * 10)
    }

    /// The process ends by itself, with this code.
    #[track_caller]
    pub(crate) fn ends_with(&mut self, code: u32) {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it can be asked") {
                assert_eq!(status.exit_code(), code, "{status:?}\n{}", self.screen());
                return;
            }
            assert!(started.elapsed() < PATIENCE, "trailql does not end; the screen shows\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Everything that was said until it ended.
    pub(crate) fn ends(mut self) -> String {
        let _ = self.child.wait();
        let started = Instant::now();
        let mut state = self.seen.state.lock().expect("nobody panics here");
        while !state.has_ended && started.elapsed() < PATIENCE {
            state = self.seen.changed.wait_timeout(state, PATIENCE).expect("nobody panics here").0;
        }
        state.text.clone()
    }

    /// It leaves with `.quit`.
    #[track_caller]
    pub(crate) fn quits(&mut self) {
        self.types(".quit\r");
        self.ends_with(0);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}
