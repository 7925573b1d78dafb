//! One chain, from its newest digest file to its oldest: each is judged by itself, so that none hides those before it,
//! and each link is checked against the file that it names.
//!
//! A link is followed only when the digest file that has it is authenticated, and only to what is older. So the walk
//! ends, whatever a digest file says.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use tokio::sync::mpsc;

use super::context::{Context, Where};
use super::document::Listed;
use super::event::{Chain, ChainEnd, Digest, Hole, Note, NoteKind, Span};
use super::intervals::Timeline;
use super::judge::{self, Own, Verdict};
use super::keys::KeyLookup;
use super::load::{self, Content, Loaded, Unusable, Wanted};
use super::options::Error;
use super::place::Place;
use super::status::{Class, DigestStatus};
use crate::archive::DigestName;

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
    out: mpsc::Sender<Step>,
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

/// A link that is not checked yet.
#[derive(Clone)]
struct Pending {
    at: Where,
    uri: String,
    end: DateTime<Utc>,
    hash: Option<String>,
    signature: Option<String>,
    /// Whether the digest file that has it is authenticated. If not, its copy of a signature may be tried all the
    /// same, since that proves itself; nothing else of the link counts.
    is_proven: bool,
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
    out: mpsc::Sender<Step>,
) -> Result<(), Error> {
    let timeline = Timeline::new(&context.options);
    let walk = Walk {
        context,
        chain,
        place: Place::default(),
        out,
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
            if ahead.is_empty()
                && let Some(batch) = batches.pop_front()
            {
                ahead.extend(batch.await.map_err(|error| Error::Task(error.to_string()))??);
            }
            if !has_begun {
                has_begun = true;
                self.begin(&ahead).await?;
            }
            let next = ahead.front().map(|loaded| (loaded.wanted.end, loaded.wanted.at.clone()));
            if let Some(named) = self.not_listed(next.as_ref()) {
                self.follow(named).await?;
                continue;
            }
            match ahead.pop_front() {
                Some(loaded) if self.followed.contains(&loaded.wanted.at) => {}
                Some(loaded) => self.take(loaded).await?,
                None => break,
            }
        }
        for waiting in &mut self.waiting {
            waiting.link = None;
        }
        self.flush().await?;
        if !self.chain.is_backfill()
            && let Some(hole) = self.timeline.finish(&self.context.options)
        {
            self.tell_hole(hole).await?;
        }
        let end = ChainEnd { covered: self.timeline.covered(), holes: std::mem::take(&mut self.holes) };
        let timeline = self.timeline.clone();
        self.tell(Step::End(end, timeline)).await
    }

    /// Finds out where the chain is, by the first digest file that says so and is believed.
    async fn begin(&mut self, ahead: &VecDeque<Loaded>) -> Walked<()> {
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
                (any.map(|content| content.document.digest_s3_bucket.clone()).unwrap_or_default(), Place::default())
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
        self.tell(Step::Begin(chain, place)).await
    }

    /// What a link names that is newer than the next file of the listing, so that it is not in it.
    fn not_listed(&self, next: Option<&(DateTime<Utc>, Where)>) -> Option<Pending> {
        let links = self.waiting.iter().filter_map(|waiting| waiting.link.as_ref().filter(|link| link.is_proven));
        let newest = links.max_by_key(|link| link.end)?;
        match next {
            Some((end, at)) if newest.end < *end || newest.at == *at => None,
            _ => Some(newest.clone()),
        }
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
        self.take_as(loaded, Some(named.uri)).await
    }

    async fn take(&mut self, loaded: Loaded) -> Walked<()> {
        // A file that went away between listing and reading is as good as one that changed.
        let loaded = match loaded.content {
            Err(Unusable::Missing) => {
                let reason = "it vanished between listing and reading".to_owned();
                Loaded { content: Err(Unusable::Unreadable(reason)), ..loaded }
            }
            _ => loaded,
        };
        self.take_as(loaded, None).await
    }

    /// Judges the next older digest file, and checks the links that name it.
    async fn take_as(&mut self, loaded: Loaded, named: Option<String>) -> Walked<()> {
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
        self.flush().await
    }

    /// The copies of a digest file's signature that newer ones hold.
    fn copies(&self, at: &Where) -> Vec<String> {
        let links = self.waiting.iter().filter_map(|waiting| waiting.link.as_ref());
        links.filter(|link| link.at == *at).filter_map(|link| link.signature.clone()).collect()
    }

    fn judge(&mut self, wanted: &Wanted, content: &Result<Content, Unusable>, copies: &[String]) -> Verdict {
        let content = match content {
            Ok(content) => content,
            Err(Unusable::Missing) => {
                let detail = match &wanted.at {
                    Where::Bucket { bucket, .. } => Some(format!("in bucket {bucket}")),
                    _ => None,
                };
                return Verdict::unproven(DigestStatus::Missing, detail);
            }
            Err(Unusable::Malformed(reason)) => return Verdict::unproven(DigestStatus::Malformed, reason.clone()),
            Err(Unusable::Unreadable(reason)) => return Verdict::unproven(DigestStatus::Unreadable, reason.clone()),
        };
        let document = &content.document;
        let (bucket, key) = (&document.digest_s3_bucket, &document.digest_s3_object);
        let is_there = match &wanted.at {
            Where::Here(actual) => self.context.place(bucket, key, actual).is_some_and(|place| place == self.place),
            Where::Bucket { bucket: actual, key: at } => {
                let mapped = self.context.options.bucket_map.get(bucket).unwrap_or(bucket);
                (mapped, key) == (actual, at)
            }
            Where::Nowhere(_) => false,
        };
        if !is_there {
            return Verdict::unproven(DigestStatus::Moved, format!("it was at s3://{bucket}/{key}"));
        }
        let Self { context, .. } = self;
        let require = context.options.require_metadata;
        judge::judge(document, &content.hash, &content.own, copies, &context.options.keys, require)
    }

    fn entry(
        &mut self,
        wanted: &Wanted,
        content: &Result<Content, Unusable>,
        verdict: Verdict,
        named: Option<String>,
    ) -> Waiting {
        let document = content.as_ref().ok().map(|content| &content.document);
        let uri = named.unwrap_or_else(|| self.uri(&wanted.at));
        let path = match &wanted.at {
            Where::Here(key) if !matches!(content, Err(Unusable::Missing)) => self.context.archive.path(key),
            _ => None,
        };
        let span = document
            .map(|document| Span { start: Some(document.digest_start_time.at), end: document.digest_end_time.at });
        let mut notes = Vec::new();
        if let (Some(document), Some(span), true) = (document, span, verdict.is_authenticated)
            && let KeyLookup::Usable(key) = self.context.options.keys.get(&document.digest_public_key_fingerprint)
            && !key.is_within(span.end)
        {
            let text = format!("signed at {} with a key that was not valid then", iso(span.end));
            notes.push(Note { kind: NoteKind::KeyValidity, text, uris: vec![uri.clone()] });
        }
        if verdict.status == DigestStatus::Moved {
            notes.extend(self.moved_hint(document.map(|document| document.digest_s3_bucket.as_str())));
        }
        let detail = match verdict.status {
            DigestStatus::KeyNotFound => Some(format!(
                "region {} signed it at {}",
                self.chain.region,
                span.map_or_else(|| iso(wanted.end), |span| iso(span.end))
            )),
            _ => verdict.detail,
        };
        let digest = Digest {
            uri,
            path: path.map(|path| path.display().to_string()),
            status: verdict.status,
            class: self.class(verdict.status),
            is_authenticated: verdict.is_authenticated,
            source: verdict.source,
            span,
            fingerprint: document.map(|document| document.digest_public_key_fingerprint.clone()),
            previous: document
                .and_then(|document| document.link())
                .map(|link| format!("s3://{}/{}", link.bucket, link.key)),
            detail,
            is_backfill: self.chain.is_backfill(),
            home_region: self.chain.home_region.clone(),
            hash: content.as_ref().ok().map(|content| hex::encode(content.hash)),
            metadata: content.as_ref().map(|content| content.metadata.clone()).unwrap_or_default(),
        };
        let is_first = document.is_some_and(|document| document.link().is_none());
        let lists = document.and_then(|document| document.log_files.clone()).unwrap_or_default();
        Waiting { digest, lists, end: wanted.end, link: None, is_first, notes }
    }

    fn class(&self, status: DigestStatus) -> Class {
        self.context.options.allowed.class(status.name(), status.class())
    }

    /// What may help when the whole archive was copied.
    fn moved_hint(&mut self, recorded: Option<&str>) -> Option<Note> {
        let (own, _) = self.context.bucket.as_ref()?;
        let recorded = recorded.filter(|recorded| recorded != own)?;
        if std::mem::replace(&mut self.has_hinted, true) {
            return None;
        }
        let text = format!(
            "digest files were in bucket {recorded}: --bucket-map {recorded}={own} takes them as moved on purpose"
        );
        Some(Note { kind: NoteKind::Hint, text, uris: Vec::new() })
    }

    fn uri(&self, at: &Where) -> String {
        match at {
            Where::Here(key) => {
                format!("s3://{}/{}", self.chain.bucket, self.place.signed(key).unwrap_or_else(|| key.clone()))
            }
            Where::Bucket { bucket, key } => format!("s3://{bucket}/{key}"),
            Where::Nowhere(_) => String::new(),
        }
    }

    /// Takes up the link of a digest file.
    fn link(&self, waiting: &mut Waiting, content: &Content) {
        let Some(link) = content.document.link() else { return };
        let name = link.key.rsplit('/').next().unwrap_or(link.key);
        let named = DigestName::parse(name).filter(|named| {
            named.account == self.chain.account
                && named.region == self.chain.region
                && named.is_backfill == self.chain.is_backfill()
        });
        let is_proven = waiting.digest.is_authenticated;
        let is_back = named.is_some_and(|named| named.end < waiting.end);
        if !is_proven && !is_back {
            return;
        }
        let Some(named) = named else {
            return waiting.digest.break_link(&self.context, "the previous digest that it names is none of this chain");
        };
        if named.end >= waiting.end {
            return waiting.digest.break_link(&self.context, "the link does not lead back in time");
        }
        // What was before the range is not asked for.
        let is_asked = self.context.options.start.is_none_or(|start| content.document.digest_start_time.at >= start);
        if !is_asked {
            return;
        }
        waiting.link = Some(Pending {
            at: self.context.find(&self.place, link.bucket, link.key),
            uri: format!("s3://{}/{}", link.bucket, link.key),
            end: named.end,
            hash: link.hash.map(str::to_owned),
            signature: link.signature.map(str::to_owned),
            is_proven,
        });
    }

    /// Hands on those whose links are checked.
    async fn flush(&mut self) -> Walked<()> {
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
                self.tell_hole(hole).await?;
            }
            let options = &self.context.options;
            let after = options.end.checked_add_signed(Duration::hours(1)).unwrap_or(options.end);
            let is_in_range = options.start.is_none_or(|start| end >= start) && end <= after;
            self.tell(Step::Digest { digest: Box::new(digest), lists, is_in_range }).await?;
            for note in notes.into_iter().filter(|_| is_in_range) {
                self.tell(Step::Note(note)).await?;
            }
        }
        Ok(())
    }

    async fn tell_hole(&mut self, hole: Hole) -> Walked<()> {
        self.holes.push(hole.clone());
        self.tell(Step::Hole(Box::new(hole))).await
    }

    async fn tell(&self, step: Step) -> Walked<()> {
        self.out.send(step).await.map_err(|_| Stop::Gone)
    }
}

impl Waiting {
    /// Remarks when a digest file does not begin where the one before it ends.
    fn note_jump(&mut self, older: &Digest) {
        let ends = self.digest.span.and_then(|span| span.start).zip(older.span.map(|span| span.end));
        if let Some((start, end)) = ends
            && older.is_authenticated
            && (start - end).num_seconds().abs() > 1
        {
            let text = format!("it begins at {}, and the digest before it ends at {}", iso(start), iso(end));
            self.notes.push(Note { kind: NoteKind::TimeJump, text, uris: vec![self.digest.uri.clone()] });
        }
    }
}

impl Digest {
    fn break_link(&mut self, context: &Context, fault: &str) {
        if self.status == DigestStatus::Valid {
            self.status = DigestStatus::ChainBroken;
            self.class = context.options.allowed.class(self.status.name(), self.status.class());
            self.detail = Some(fault.to_owned());
        } else {
            let before = self.detail.take().map(|detail| format!("{detail}; ")).unwrap_or_default();
            self.detail = Some(format!("{before}{fault}"));
        }
    }
}

/// What is wrong with a link, by what it names.
fn link_fault(context: &Context, link: &Pending, content: &Content, older: &Digest) -> Option<String> {
    // What is wrong with the older one is its own fault.
    if matches!(older.status, DigestStatus::Malformed | DigestStatus::Moved)
        || older.status == DigestStatus::SignatureInvalid && !older.is_authenticated
    {
        return None;
    }
    let Some(hash) = &link.hash else { return Some("it has no hash of the previous digest".to_owned()) };
    if !hash.eq_ignore_ascii_case(&hex::encode(content.hash)) {
        return Some("the previous digest has another hash".to_owned());
    }
    let copy = link.signature.as_deref().unwrap_or_default();
    let verifies = || judge::verify(&content.document, &content.hash, copy, &context.options.keys).is_ok();
    let is_other = content.own == Own::Holds && !verifies();
    is_other.then(|| "the previous digest has another signature".to_owned())
}

fn anew((start, uri): (DateTime<Utc>, String)) -> Note {
    let text = format!("validation began anew at {}, without a gap", iso(start));
    Note { kind: NoteKind::TimeJump, text, uris: vec![uri] }
}

pub(super) fn iso(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
