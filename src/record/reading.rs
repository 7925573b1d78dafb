//! The shapes in which records come: which part of a document are records, and where the reading stands.

use super::cursor::{Cursor, Fault, Token};
use super::text::unescaped;
use super::walk::{member, pass};

/// What one document held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows that came of it.
    pub records: u64,
    /// Elements among the records that are none: no object, or in the output of `lookup-events` no record inside.
    pub malformed: u64,
    /// What it is.
    pub kind: DocumentKind,
}

/// What a document is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DocumentKind {
    /// Records, perhaps none, in any wrapping.
    #[default]
    Records,
    /// A digest file, which holds no records.
    Digest,
    /// Summaries of data events, which are not records.
    Aggregated,
}

/// A place in a document between two records.
#[derive(Debug, Clone)]
pub struct Reading<'d> {
    pub(super) cursor: Cursor<'d>,
    pub(super) place: Place,
    /// At the top: the token taken already.
    pub(super) pending: Option<Token>,
    pub(super) tally: Tally,
    /// Whether the rest is known to be sound.
    pub(super) verified: bool,
}

/// Where a reading stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// Before a document, or at the end.
    Top,
    /// Before an element of an array, its comma taken.
    Elements(Elements),
    /// After the array of records in an object that holds it, before `,` or `}`.
    Wrapper(Token),
}

/// An array of records.
#[derive(Debug, Clone, Copy)]
pub(super) struct Elements {
    pub(super) open: Token,
    /// The object around it.
    pub(super) wrapper: Option<Token>,
    pub(super) content: Content,
    /// Whether nothing but the opening bracket was taken.
    pub(super) first: bool,
}

/// What the elements are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// The first object will tell.
    Unknown,
    /// Records.
    Records,
    /// Summaries, as far as they say so.
    Aggregated,
    /// Entries of `aws cloudtrail lookup-events`, the record as text inside.
    Events,
}

/// What an object at the top turned out to be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Look {
    /// An array of records follows, its bracket taken.
    Array(Token, Content),
    /// The object ended.
    End(Signs),
}

/// What the keys of an object say about it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Signs {
    /// It has `Records`.
    wrapper: bool,
    digest: bool,
    record: bool,
    aggregated: bool,
}

impl Signs {
    /// What the object is when it stands alone; None when it merely wraps records.
    pub(super) fn kind(self) -> Option<DocumentKind> {
        if self.wrapper {
            None
        } else if self.aggregated {
            Some(DocumentKind::Aggregated)
        } else if self.digest && !self.record {
            Some(DocumentKind::Digest)
        } else {
            Some(DocumentKind::Records)
        }
    }

    fn note(&mut self, key: &[u8], value: &[u8]) {
        match key {
            b"digestS3Object" | b"digestStartTime" => self.digest = true,
            b"eventVersion" | b"eventName" | b"eventID" => self.record = true,
            b"eventCategory" => self.aggregated |= value == br#""Aggregated""#,
            b"eventType" => self.aggregated |= value == br#""AwsAggregatedEvent""#,
            _ => {}
        }
    }
}

/// Looks at the members of an object whose bracket `open` was taken; with `arrays`, only up to an array of records.
pub(super) fn look(cursor: &mut Cursor<'_>, open: Token, arrays: bool) -> Result<Look, Fault> {
    cursor.enter();
    let token = cursor.next();
    if token.byte == b'}' {
        cursor.leave(open, token)?;
        return Ok(Look::End(Signs::default()));
    }
    look_on(cursor, open, token, Signs::default(), arrays)
}

/// The same after an array of records, before `,` or `}`.
pub(super) fn look_after(cursor: &mut Cursor<'_>, open: Token) -> Result<Look, Fault> {
    let signs = Signs { wrapper: true, ..Signs::default() };
    let after = cursor.next();
    if after.byte != b',' {
        cursor.leave(open, after)?;
        return Ok(Look::End(signs));
    }
    let token = cursor.next();
    look_on(cursor, open, token, signs, true)
}

fn look_on(
    cursor: &mut Cursor<'_>,
    open: Token,
    mut token: Token,
    mut signs: Signs,
    arrays: bool,
) -> Result<Look, Fault> {
    loop {
        let (key, value) = member(cursor, token)?;
        let key = unescaped(key);
        match (&*key, value.byte) {
            (b"Records", b'[') if arrays => return Ok(Look::Array(value, Content::Unknown)),
            (b"Events", b'[') if arrays => return Ok(Look::Array(value, Content::Events)),
            (b"Records", b'n') if arrays => signs.wrapper = true,
            (b"Records", _) if arrays => return Err(cursor.fault(value, "an array")),
            _ => {}
        }
        let after = pass(cursor, value)?;
        let end = cursor.end_of(value, after);
        signs.note(&key, cursor.text().get(value.at..end).unwrap_or_default());
        if after.byte != b',' {
            cursor.leave(open, after)?;
            return Ok(Look::End(signs));
        }
        token = cursor.next();
    }
}
