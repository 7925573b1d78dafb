//! What the shell remembers between two lines.

mod ask;

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::runtime::Runtime;

use super::Start;
use super::around::Around;
use super::host::Host;
use super::input::Input;
use super::interrupt::Guard;
use super::settings::Settings;
use super::words::{Learning, Words};
use crate::session::{Error, KeptRows, Language, Options, Session};
use crate::terminal::Terminal;

/// A question as it was asked.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) text: String,
    pub(super) language: Language,
}

/// What is typed is called so in errors.
const PROMPT: &str = "query";

/// See the file.
pub(super) struct Shell<'a> {
    runtime: &'a Runtime,
    host: &'a dyn Host,
    session: Arc<Session>,
    /// The archives as they were named.
    locations: Vec<String>,
    terminal: Terminal,
    settings: Settings,
    interrupts: Option<Guard>,
    last: Option<Question>,
    rows: Option<KeptRows>,
    /// Where the next result goes, instead of where results go.
    once: Option<PathBuf>,
    /// The file of `.output` that has a result already.
    begun: Option<PathBuf>,
    draft: Option<String>,
    /// Where what is asked stands: the prompt, or a file.
    source: String,
    depth: Arc<()>,
    is_incomplete: Cell<bool>,
    /// Whether something runs that is waited for, so that nothing else should.
    is_busy: Arc<AtomicBool>,
    words: Arc<Words>,
    learning: Option<Learning>,
    was_cancelled: Cell<bool>,
}

impl<'a> Shell<'a> {
    /// Opens the archives.
    pub(super) fn open(runtime: &'a Runtime, start: Start<'_>, host: &'a dyn Host) -> Result<Self, Error> {
        let settings = Settings::of(&start.defaults)?;
        let session = Arc::new(runtime.block_on(Session::open(start.archives, start.options))?);
        Ok(Self {
            runtime,
            host,
            session,
            locations: start.archives.to_vec(),
            terminal: start.terminal,
            settings,
            interrupts: None,
            last: None,
            rows: None,
            once: None,
            begun: None,
            draft: None,
            source: PROMPT.to_owned(),
            depth: Arc::new(()),
            is_incomplete: Cell::new(false),
            is_busy: Arc::default(),
            words: Arc::default(),
            learning: None,
            was_cancelled: Cell::new(false),
        })
    }

    /// From now on Ctrl-C ends what runs, not the process.
    pub(super) fn listen_to_interrupts(&mut self) -> Result<(), Error> {
        let listening = Guard::new();
        self.interrupts =
            Some(listening.map_err(|error| Error::Bug(format!("Ctrl-C cannot be listened to: {error}")))?);
        Ok(())
    }

    /// The first line of a shell.
    pub(super) fn greet(&self) {
        let version = env!("CARGO_PKG_VERSION");
        self.terminal.note(&format!("trailql {version} · .help lists commands, .quit leaves"));
        if self.session.archives().is_empty() {
            self.terminal.note("no archive is attached: .attach s3://bucket/prefix, or a folder");
        }
    }

    /// What helps at the cursor.
    pub(super) fn input(&mut self) -> Input {
        self.learn();
        let around = Around { session: Arc::clone(&self.session), hosted: self.host.commands() };
        Input::new(Box::new(around), Arc::clone(&self.words), self.terminal.color())
    }

    /// Learns words of the archives in the background, as long as the shell lives. Who limits what is fetched from a
    /// bucket does not want more fetched than was asked for.
    fn learn(&mut self) {
        let options = self.session.options();
        let is_limited = options.max_requests.is_some() || options.max_bytes.is_some();
        let mut archives = self.session.archives();
        archives.retain(|archive| archive.is_local() || !is_limited);
        let (words, is_busy) = (Arc::clone(&self.words), Arc::clone(&self.is_busy));
        self.learning = Some(Learning::begin(self.runtime.handle(), archives, words, is_busy));
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    pub(super) fn terminal(&self) -> &Terminal {
        &self.terminal
    }

    pub(super) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    pub(super) fn locations(&self) -> &[String] {
        &self.locations
    }

    pub(super) fn host(&self) -> &'a dyn Host {
        self.host
    }

    /// The question before, if there was one.
    pub(super) fn last(&self) -> Option<&Question> {
        self.last.as_ref()
    }

    pub(super) fn set_last(&mut self, question: Question) {
        self.last = Some(question);
    }

    /// Tells where what is asked stands from now on; where it stood before.
    pub(super) fn set_source(&mut self, source: String) -> String {
        std::mem::replace(&mut self.source, source)
    }

    /// One level deeper, as long as what is given back lives; none below the deepest.
    pub(super) fn deeper(&self, deepest: usize) -> Option<Arc<()>> {
        (Arc::strong_count(&self.depth) <= deepest).then(|| Arc::clone(&self.depth))
    }

    /// The rows of the answer before, if there was one.
    pub(super) fn rows(&self) -> Option<&KeptRows> {
        self.rows.as_ref()
    }

    /// Whether something could not be read for an answer.
    pub(super) fn is_incomplete(&self) -> bool {
        self.is_incomplete.get()
    }

    pub(super) fn note_incomplete(&self, is_incomplete: bool) {
        self.is_incomplete.set(self.is_incomplete.get() || is_incomplete);
    }

    /// The text that the next line begins with.
    pub(super) fn take_draft(&mut self) -> Option<String> {
        self.draft.take()
    }

    pub(super) fn set_draft(&mut self, text: String) {
        self.draft = Some(text);
    }

    pub(super) fn set_once(&mut self, path: PathBuf) {
        self.once = Some(path);
    }

    /// Whether Ctrl-C at the prompt means to leave.
    pub(super) fn means_to_leave(&self) -> bool {
        self.interrupts.as_ref().is_some_and(Guard::means_to_leave)
    }

    /// Asks of another range, other accounts or regions, with other parameters from now on.
    pub(super) fn narrow(&mut self, options: Options) -> Result<(), Error> {
        self.session = Arc::new(self.session.narrowed(options)?);
        Ok(())
    }

    /// Attaches another archive; the name of its schema.
    pub(super) fn attach(&mut self, location: &str) -> Result<Option<String>, Error> {
        let session = Arc::clone(&self.session);
        let name = self.wait(session.attach(location))?;
        if name.is_some() {
            self.locations.push(location.to_owned());
            self.learn();
        }
        Ok(name)
    }

    /// A line was typed: what was before is over.
    pub(super) fn begin_line(&self) {
        self.was_cancelled.set(false);
        if let Some(interrupts) = &self.interrupts {
            interrupts.forget();
        }
    }

    /// Whether Ctrl-C ended something since the line was typed.
    pub(super) fn was_cancelled(&self) -> bool {
        self.was_cancelled.get()
    }
}
