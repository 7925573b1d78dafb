//! Links from a digest file to the one before it: what they name, and whether it is that.

use chrono::{DateTime, Utc};

use super::super::context::{Context, Where};
use super::super::event::{Digest, Note, NoteKind};
use super::super::judge::{self, Own};
use super::super::load::Content;
use super::super::status::DigestStatus;
use super::{Waiting, Walk, iso};
use crate::archive::DigestName;

/// A link that is not checked yet.
#[derive(Clone)]
pub(super) struct Pending {
    pub(super) at: Where,
    pub(super) uri: String,
    pub(super) end: DateTime<Utc>,
    pub(super) hash: Option<String>,
    pub(super) signature: Option<String>,
    /// Whether the digest file that has it is authenticated. If not, its copy of a signature may be tried all the
    /// same, since that proves itself; nothing else of the link counts.
    pub(super) is_proven: bool,
}

impl Walk {
    /// What a link names that is newer than the next file of the listing, so that it is not in it.
    pub(super) fn not_listed(&self, next: Option<&(DateTime<Utc>, Where)>) -> Option<Pending> {
        let links = self.waiting.iter().filter_map(|waiting| waiting.link.as_ref().filter(|link| link.is_proven));
        let newest = links.max_by_key(|link| link.end)?;
        match next {
            Some((end, at)) if newest.end < *end || newest.at == *at => None,
            _ => Some(newest.clone()),
        }
    }

    /// The copies of a digest file's signature that newer ones hold.
    pub(super) fn copies(&self, at: &Where) -> Vec<String> {
        let links = self.waiting.iter().filter_map(|waiting| waiting.link.as_ref());
        links.filter(|link| link.at == *at).filter_map(|link| link.signature.clone()).collect()
    }

    /// Takes up the link of a digest file.
    pub(super) fn link(&self, waiting: &mut Waiting, content: &Content) {
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
}

impl Waiting {
    /// Remarks when a digest file does not begin where the one before it ends.
    pub(super) fn note_jump(&mut self, older: &Digest) {
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
    pub(super) fn break_link(&mut self, context: &Context, fault: &str) {
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
pub(super) fn link_fault(context: &Context, link: &Pending, content: &Content, older: &Digest) -> Option<String> {
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
    let is_own = content.metadata.signature.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(copy));
    let verifies = || judge::verify(&content.document, &content.hash, copy, &context.options.keys).is_ok();
    let is_other = content.own == Own::Holds && !is_own && !verifies();
    is_other.then(|| "the previous digest has another signature".to_owned())
}
