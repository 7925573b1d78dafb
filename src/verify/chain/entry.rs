//! What is told of one digest file, by itself.

use super::super::context::Where;
use super::super::event::{Digest, Note, NoteKind, Span};
use super::super::judge::{self, Verdict};
use super::super::keys::KeyLookup;
use super::super::load::{Content, Unusable, Wanted};
use super::super::status::{Class, DigestStatus};
use super::{Waiting, Walk, iso};

impl Walk {
    pub(super) fn judge(&mut self, wanted: &Wanted, content: &Result<Content, Unusable>, copies: &[String]) -> Verdict {
        let content = match content {
            Ok(content) => content,
            Err(Unusable::Missing) => {
                return Verdict::unproven(DigestStatus::Missing, None);
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

    pub(super) fn entry(
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
            DigestStatus::Missing => {
                let bucket = uri.strip_prefix("s3://").and_then(|uri| uri.split('/').next());
                bucket.filter(|bucket| *bucket != self.chain.bucket).map(|bucket| format!("in bucket {bucket}"))
            }
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

    pub(super) fn class(&self, status: DigestStatus) -> Class {
        self.context.options.allowed.class(status.name(), status.class())
    }

    /// What may help when the whole archive was copied.
    pub(super) fn moved_hint(&mut self, recorded: Option<&str>) -> Option<Note> {
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

    pub(super) fn uri(&self, at: &Where) -> String {
        match at {
            Where::Here(key) => {
                format!("s3://{}/{}", self.chain.bucket, self.place.signed(key).unwrap_or_else(|| key.clone()))
            }
            Where::Bucket { bucket, key } => format!("s3://{bucket}/{key}"),
            Where::Nowhere(_) => String::new(),
        }
    }
}
