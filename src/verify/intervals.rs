//! The times that a chain vouches for, and those that it does not, found newest first.

use chrono::{DateTime, Duration, Utc};

use super::event::{Digest, Hole, Span};
use super::options::Options;
use super::status::{Class, DigestStatus, HoleReason};

/// A chain's times, as its digest files come by.
#[derive(Debug, Clone)]
pub(super) struct Timeline {
    start: Option<DateTime<Utc>>,
    end: DateTime<Utc>,
    slack: Duration,
    /// Of the authenticated digest file before, which is the newer one.
    newer: Option<Newer>,
    /// Digest files since then that prove nothing.
    invalid: u64,
    missing: u64,
    /// End of the newest digest file, one without a known signature included.
    last: Option<DateTime<Utc>>,
    /// The times that authenticated digest files vouch for, newest first, those together that touch.
    covered: Vec<Span>,
    /// All other times, newest first, also those outside of the range.
    holes: Vec<(Span, HoleReason)>,
}

#[derive(Debug, Clone, Copy)]
struct Newer {
    start: DateTime<Utc>,
    period: Duration,
    /// Whether validation began with it.
    is_first: bool,
}

/// What may lie between two digest files all the same.
const TOLERANCE: Duration = Duration::seconds(1);

impl Timeline {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            start: options.start,
            end: options.end,
            slack: options.slack,
            newer: None,
            invalid: 0,
            missing: 0,
            last: None,
            covered: Vec::new(),
            holes: Vec::new(),
        }
    }

    /// Takes the next older digest file; the hole between it and those before, if there is one in the range.
    pub(super) fn take(&mut self, digest: &Digest, is_first: bool, options: &Options) -> Option<Hole> {
        let span = digest.span.and_then(|span| Some((span.start?, span.end))).filter(|(start, end)| start < end);
        let (true, Some((start, end))) = (digest.is_authenticated, span) else {
            match digest.status {
                DigestStatus::Missing => self.missing += 1,
                DigestStatus::Unverified if self.newer.is_none() && self.last.is_none() => {
                    self.last = span.map(|(_, end)| end);
                }
                _ => self.invalid += 1,
            }
            return None;
        };
        let hole = match self.newer {
            None => {
                let reason = if self.invalid > 0 { HoleReason::Invalid } else { HoleReason::AfterLast };
                self.hole(Some(end), DateTime::<Utc>::MAX_UTC, reason, end - start, options)
            }
            Some(newer) if newer.start - end > TOLERANCE => {
                let reason = match (self.invalid, self.missing, newer.is_first) {
                    (0, 0, _) | (0, _, true) => HoleReason::Gap,
                    (0, _, _) => HoleReason::Missing,
                    _ => HoleReason::Invalid,
                };
                self.hole(Some(end), newer.start, reason, newer.period, options)
            }
            Some(_) => None,
        };
        self.last = self.last.max(Some(end));
        self.cover(start, end);
        self.newer = Some(Newer { start, period: end - start, is_first });
        (self.invalid, self.missing) = (0, 0);
        hole
    }

    /// The hole before the oldest digest file, if there is one in the range.
    pub(super) fn finish(&mut self, options: &Options) -> Option<Hole> {
        let reason = match (self.missing, self.invalid) {
            (0, 0) => HoleReason::BeforeFirst,
            (0, _) => HoleReason::Invalid,
            _ => HoleReason::Missing,
        };
        match self.newer {
            Some(newer) => self.hole(None, newer.start, reason, newer.period, options),
            None => self.hole(None, DateTime::<Utc>::MAX_UTC, HoleReason::Invalid, Duration::hours(1), options),
        }
    }

    fn cover(&mut self, start: DateTime<Utc>, end: DateTime<Utc>) {
        match self.covered.last_mut() {
            Some(newer) if newer.start.is_some_and(|newer| newer - end <= TOLERANCE) => {
                newer.start = newer.start.min(Some(start));
            }
            _ => self.covered.push(Span { start: Some(start), end }),
        }
    }

    fn hole(
        &mut self,
        from: Option<DateTime<Utc>>,
        to: DateTime<Utc>,
        reason: HoleReason,
        period: Duration,
        options: &Options,
    ) -> Option<Hole> {
        self.holes.push((Span { start: from, end: to }, reason));
        let known = self.missing + self.invalid;
        let start = from.max(self.start);
        let end = to.min(self.end);
        // Without a begin of the range nobody asked for what was before the first digest file.
        let is_asked = start.is_some_and(|start| start < end) || start.is_none() && known > 0;
        if !is_asked {
            return None;
        }
        let length = start.map_or(Duration::zero(), |start| end - start);
        let digests = length.num_seconds() as f64 / period.num_seconds().max(1) as f64;
        let is_recent =
            reason == HoleReason::AfterLast && self.last.max(from).is_some_and(|last| end - last <= self.slack);
        let class = if is_recent { Class::Ok } else { Class::Incomplete };
        Some(Hole {
            span: Span { start, end },
            reason,
            class: options.allowed.class(reason.name(), class),
            estimated_digests: (digests.round() as u64).max(known).max(1),
        })
    }

    /// The times of the range that are vouched for, oldest first.
    pub(super) fn covered(&self) -> Vec<Span> {
        self.covered.iter().rev().copied().collect()
    }

    /// The end of the newest authenticated digest file.
    pub(super) fn newest(&self) -> Option<DateTime<Utc>> {
        self.covered.first().map(|span| span.end)
    }

    /// The reasons for which some of this time is not vouched for, newest first.
    pub(super) fn reasons(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> impl Iterator<Item = HoleReason> + '_ {
        let touches = move |span: &Span| span.start.is_none_or(|start| start < to) && from < span.end;
        self.holes.iter().filter(move |(span, _)| touches(span)).map(|(_, reason)| *reason)
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::SignatureSource;
    use super::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_710_000_000 + hour * 3600, 0).expect("a time")
    }

    fn digest(status: DigestStatus, start: i64) -> Digest {
        Digest {
            uri: String::new(),
            path: None,
            status,
            class: status.class(),
            is_authenticated: status == DigestStatus::Valid,
            source: SignatureSource::None,
            span: Some(Span { start: Some(at(start)), end: at(start + 1) }),
            fingerprint: None,
            previous: None,
            detail: None,
            is_backfill: false,
            home_region: String::new(),
            hash: None,
            metadata: super::super::metadata::Metadata::default(),
        }
    }

    fn options(start: Option<i64>, end: i64) -> Options {
        Options { start: start.map(at), end: at(end), ..Options::new(at(end)) }
    }

    /// Holes as (start, end, reason, estimate), for digest files newest first: status and start; `true` begins anew.
    fn holes(options: &Options, digests: &[(DigestStatus, i64, bool)]) -> Vec<(Option<i64>, i64, HoleReason, u64)> {
        let mut timeline = Timeline::new(options);
        let mut found = Vec::new();
        for (status, start, is_first) in digests {
            found.extend(timeline.take(&digest(*status, *start), *is_first, options));
        }
        found.extend(timeline.finish(options));
        let hour = |time: DateTime<Utc>| (time - at(0)).num_hours();
        let shown = |hole: Hole| (hole.span.start.map(hour), hour(hole.span.end), hole.reason, hole.estimated_digests);
        found.into_iter().filter(|hole| hole.class > Class::Ok).map(shown).collect()
    }

    #[test]
    fn every_hole_has_its_reason() {
        use DigestStatus::{Missing, SignatureInvalid, Valid};
        let whole = options(Some(0), 6);
        let all: Vec<_> = (0..6).rev().map(|hour| (Valid, hour, false)).collect();
        assert_eq!(holes(&whole, &all), []);
        assert_eq!(
            holes(
                &whole,
                &[(Valid, 5, false), (Missing, 4, false), (Valid, 2, false), (Valid, 1, false), (Valid, 0, true)]
            ),
            [(Some(3), 5, HoleReason::Missing, 2)]
        );
        assert_eq!(
            holes(&whole, &[(Valid, 5, false), (SignatureInvalid, 4, false), (Valid, 3, true)]),
            [(Some(4), 5, HoleReason::Invalid, 1), (Some(0), 3, HoleReason::BeforeFirst, 3)]
        );
        assert_eq!(holes(&whole, &[(Valid, 5, true), (Valid, 0, true)]), [(Some(1), 5, HoleReason::Gap, 4)]);
        // Two hours are within the slack.
        assert_eq!(holes(&whole, &[(Valid, 3, false), (Valid, 2, false), (Valid, 1, false), (Valid, 0, false)]), []);
        assert_eq!(
            holes(&whole, &[(Valid, 2, false), (Valid, 1, false), (Valid, 0, false)]),
            [(Some(3), 6, HoleReason::AfterLast, 3)]
        );
        assert_eq!(holes(&whole, &[(SignatureInvalid, 3, false)]), [(Some(0), 6, HoleReason::Invalid, 6)]);
    }

    #[test]
    fn without_a_begin_nothing_is_asked_of_what_was_before() {
        use DigestStatus::{Missing, Valid};
        assert_eq!(holes(&options(None, 6), &[(Valid, 5, true)]), []);
        assert_eq!(
            holes(&options(None, 6), &[(Valid, 5, false), (Missing, 4, false)]),
            [(None, 5, HoleReason::Missing, 1)]
        );
    }

    #[test]
    fn a_newest_digest_file_without_a_signature_is_waited_for() {
        use DigestStatus::{Unverified, Valid};
        let options = options(Some(0), 6);
        let chain = [
            (Unverified, 5, false),
            (Valid, 4, false),
            (Valid, 3, false),
            (Valid, 2, false),
            (Valid, 1, false),
            (Valid, 0, false),
        ];
        assert_eq!(holes(&options, &chain), []);
    }
}
