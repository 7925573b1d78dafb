//! One chain, from its newest digest file to its oldest: each is judged by itself, so that none hides those before it,
//! and each link is checked against the file that it names.
//!
//! A link is followed only when the digest file that has it is authenticated, and only to what is older. So the walk
//! ends, whatever a digest file says.

mod entry;
mod link;

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use tokio::sync::mpsc;

use super::context::{Context, Where};
use super::document::Listed;
use super::event::{Chain, ChainEnd, Digest, Hole, Note, NoteKind};
use super::intervals::Timeline;
use super::judge::Own;
use super::load::{self, Loaded, Unusable, Wanted};
use super::options::Error;
use super::place::Place;
use super::status::DigestStatus;
use link::{Pending, link_fault};

/// What a walk comes by, in order.
#[derive(Debug)]
pub(super) enum Step {
    /// The chain, as its digest files name it.
    Begin(Chain, Place),
    /// A digest file and the log files that it lists; none of them is reported that is outside of the range.
    Digest {
        digest: Box<Digest>,
        lists: Vec<Listed>,
        is_in_range: bool,
    },
    Hole(Box<Hole>),
    Note(Note),
    End(ChainEnd, Timeline),
}

/// Digest files loaded in one go, and how many such goes are under way.
const BATCH: usize = 32;

/// A chain that is walked.
pub(super) struct Walk {
    context: Arc<Context>,
    chain: Chain,
    place: Place,
    out: mpsc::Sender<Vec<Step>>,
    /// What is told as soon as there is more of it.
    told: Vec<Step>,
    /// Judged, and waiting for what their links name, newest first.
    waiting: VecDeque<Waiting>,
    timeline: Timeline,
    holes: Vec<Hole>,
    /// What links named and was loaded for that: it may be listed all the same, in a place of its own.
    followed: HashSet<Where>,
    /// Where the authenticated digest file before begins, if validation began with it.
    began: Option<(DateTime<Utc>, String)>,
    has_hinted: bool,
}

struct Waiting {
    digest: Digest,
    lists: Vec<Listed>,
    end: DateTime<Utc>,
    link: Option<Pending>,
    /// Whether validation began with it.
    is_first: bool,
    notes: Vec<Note>,
}

type Walked<T> = Result<T, Stop>;

enum Stop {
    /// Nobody listens any more.
    Gone,
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Walks a chain whose files are these, newest first.
pub(super) async fn walk(
    context: Arc<Context>,
    chain: Chain,
    files: impl Iterator<Item = Wanted>,
    out: mpsc::Sender<Vec<Step>>,
) -> Result<(), Error> {
    let timeline = Timeline::new(&context.options);
    let walk = Walk {
        context,
        chain,
        place: Place::default(),
        out,
        told: Vec::new(),
        waiting: VecDeque::new(),
        timeline,
        holes: Vec::new(),
        followed: HashSet::new(),
        began: None,
        has_hinted: false,
    };
    match walk.run(files).await {
        Ok(()) | Err(Stop::Gone) => Ok(()),
        Err(Stop::Failed(error)) => Err(error),
    }
}

impl Walk {
    async fn run(mut self, mut files: impl Iterator<Item = Wanted>) -> Walked<()> {
        let mut ahead: VecDeque<Loaded> = VecDeque::new();
        let mut batches = VecDeque::new();
        let mut has_begun = false;
        loop {
            // The next batches are loaded while this one is looked at.
            while batches.len() < 1 + self.context.options.jobs {
                let batch: Vec<_> = files.by_ref().take(BATCH).collect();
                if batch.is_empty() {
                    break;
                }
                let context = Arc::clone(&self.context);
                batches.push_back(tokio::spawn(async move { load::load(&context, batch).await }));
            }
            if ahead.is_empty() {
                self.hand_on().await?;
            }
            if ahead.is_empty()
                && let Some(batch) = batches.pop_front()
            {
                ahead.extend(batch.await.map_err(|error| Error::Task(error.to_string()))??);
            }
            if !has_begun {
                has_begun = true;
                self.begin(&ahead);
            }
            let next = ahead.front().map(|loaded| (loaded.wanted.end, loaded.wanted.at.clone()));
            if let Some(named) = self.not_listed(next.as_ref()) {
                self.follow(named).await?;
                continue;
            }
            match ahead.pop_front() {
                Some(loaded) if self.followed.contains(&loaded.wanted.at) => {}
                Some(loaded) => self.take(loaded),
                None => break,
            }
        }
        for waiting in &mut self.waiting {
            waiting.link = None;
        }
        self.flush();
        if !self.chain.is_backfill()
            && let Some(hole) = self.timeline.finish(&self.context.options)
        {
            self.tell_hole(hole);
        }
        let end = ChainEnd { covered: self.timeline.covered(), holes: std::mem::take(&mut self.holes) };
        let timeline = self.timeline.clone();
        self.tell(Step::End(end, timeline));
        self.hand_on().await
    }

    /// Finds out where the chain is, by the first digest file that says so and is believed.
    fn begin(&mut self, ahead: &VecDeque<Loaded>) {
        let fits = |loaded: &Loaded| {
            let (Ok(content), Where::Here(actual)) = (&loaded.content, &loaded.wanted.at) else { return None };
            let document = &content.document;
            let place = self.context.place(&document.digest_s3_bucket, &document.digest_s3_object, actual)?;
            Some((content.own == Own::Holds, document.digest_s3_bucket.clone(), place))
        };
        let mut fitting: Vec<_> = ahead.iter().filter_map(fits).collect();
        fitting.sort_by_key(|(holds, ..)| !holds);
        let own = self.context.bucket.clone();
        let (bucket, place) = match (fitting.into_iter().next(), own) {
            (Some((_, bucket, place)), _) => (bucket, place),
            (None, Some((bucket, prefix))) => (bucket, Place::of_prefix(&prefix)),
            // Nothing says what the bucket was: that of a copy is what any digest file calls it.
            (None, None) => {
                let any = ahead.iter().find_map(|loaded| loaded.content.as_ref().ok());
                let any = any.map(|content| content.document.digest_s3_bucket.as_str());
                let bucket = any.or(self.context.options.metadata.bucket()).unwrap_or_default();
                (bucket.to_owned(), Place::default())
            }
        };
        let key = ahead.front().and_then(|loaded| match &loaded.wanted.at {
            Where::Here(actual) => place.signed(actual),
            _ => None,
        });
        let parts = key.as_deref().and_then(crate::archive::KeyParts::parse);
        self.chain.prefix = parts.map(|parts| parts.prefix.to_owned()).unwrap_or_default();
        self.chain.bucket = bucket;
        self.place = place;
        let (chain, place) = (self.chain.clone(), self.place.clone());
        self.tell(Step::Begin(chain, place));
    }

    /// Loads what a link names and the listing lacks.
    async fn follow(&mut self, named: Pending) -> Walked<()> {
        self.followed.insert(named.at.clone());
        let wanted = Wanted {
            at: named.at.clone(),
            end: named.end,
            has_metadata_file: false,
            is_backfill: self.chain.is_backfill(),
        };
        let loaded = match named.at {
            Where::Nowhere(reason) => Loaded { wanted, content: Err(Unusable::Unreadable(reason.to_owned())) },
            _ => load::load(&self.context, vec![wanted.clone()])
                .await?
                .pop()
                .unwrap_or(Loaded { wanted, content: Err(Unusable::Missing) }),
        };
        self.take_as(loaded, Some(named.uri));
        Ok(())
    }

    fn take(&mut self, loaded: Loaded) {
        // A file that went away between listing and reading is as good as one that changed.
        let loaded = match loaded.content {
            Err(Unusable::Missing) => {
                let reason = "it vanished between listing and reading".to_owned();
                Loaded { content: Err(Unusable::Unreadable(reason)), ..loaded }
            }
            _ => loaded,
        };
        self.take_as(loaded, None);
    }

    /// Judges the next older digest file, and checks the links that name it.
    fn take_as(&mut self, loaded: Loaded, named: Option<String>) {
        let Loaded { wanted, content } = loaded;
        let copies = self.copies(&wanted.at);
        let verdict = self.judge(&wanted, &content, &copies);
        let mut waiting = self.entry(&wanted, &content, verdict, named);
        for newer in &mut self.waiting {
            let is_settled = |link: &mut Pending| link.at == wanted.at || !link.is_proven && link.end >= wanted.end;
            if let Some(link) = newer.link.take_if(is_settled).filter(|link| link.is_proven) {
                if let Ok(content) = &content
                    && let Some(fault) = link_fault(&self.context, &link, content, &waiting.digest)
                {
                    newer.digest.break_link(&self.context, &fault);
                }
                newer.note_jump(&waiting.digest);
            }
        }
        let is_past = |link: &Pending| link.is_proven && link.end < waiting.end;
        let is_passed = self.waiting.iter().any(|newer| newer.link.as_ref().is_some_and(is_past));
        if is_passed && waiting.digest.status == DigestStatus::Valid {
            waiting.digest.status = DigestStatus::Orphan;
            waiting.digest.class = self.class(DigestStatus::Orphan);
            waiting.digest.detail = Some("not linked by the next digest".to_owned());
        }
        if let Ok(content) = &content {
            self.link(&mut waiting, content);
        }
        self.waiting.push_back(waiting);
        self.flush();
    }

    /// Hands on those whose links are checked.
    fn flush(&mut self) {
        while self.waiting.front().is_some_and(|waiting| waiting.link.is_none()) {
            let Some(waiting) = self.waiting.pop_front() else { break };
            let Waiting { digest, lists, end, is_first, notes, .. } = waiting;
            let mut notes = notes;
            if digest.is_authenticated
                && let Some(span) = digest.span
            {
                notes
                    .extend(self.began.take().filter(|(start, _)| *start - span.end <= Duration::seconds(1)).map(anew));
                self.began = span.start.filter(|_| is_first).map(|start| (start, digest.uri.clone()));
            }
            let hole = match self.chain.is_backfill() {
                true => None,
                false => self.timeline.take(&digest, is_first, &self.context.options),
            };
            if let Some(hole) = hole {
                self.tell_hole(hole);
            }
            let options = &self.context.options;
            let after = options.end.checked_add_signed(Duration::hours(1)).unwrap_or(options.end);
            let is_in_range = options.start.is_none_or(|start| end >= start) && end <= after;
            self.tell(Step::Digest { digest: Box::new(digest), lists, is_in_range });
            self.told.extend(notes.into_iter().filter(|_| is_in_range).map(Step::Note));
        }
    }

    fn tell_hole(&mut self, hole: Hole) {
        self.holes.push(hole.clone());
        self.tell(Step::Hole(Box::new(hole)));
    }

    fn tell(&mut self, step: Step) {
        self.told.push(step);
    }

    async fn hand_on(&mut self) -> Walked<()> {
        if self.told.is_empty() {
            return Ok(());
        }
        self.out.send(std::mem::take(&mut self.told)).await.map_err(|_| Stop::Gone)
    }
}

fn anew((start, uri): (DateTime<Utc>, String)) -> Note {
    let text = format!("validation began anew at {}, without a gap", iso(start));
    Note { kind: NoteKind::TimeJump, text, uris: vec![uri] }
}

pub(super) fn iso(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
