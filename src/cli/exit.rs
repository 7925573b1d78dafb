//! Exit codes: one table, and which of two outcomes a run ends with.

use std::process::ExitCode;

use crate::Error;
use crate::session::Outcome;

/// How a run ended. The worse of two stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Complete, and nothing asked to be reported as bad.
    Complete,
    /// It ran, and the answer is bad news: findings under `--fail-on`, a failed check.
    BadNews,
    /// The command line, the query, or a value it met is wrong.
    Usage,
    /// Something in the range could not be read.
    Incomplete,
    /// Credentials, denied, no such bucket or folder.
    NoAccess,
    /// A limit stopped it.
    Limit,
    /// A promise inside trailql was broken.
    Bug,
    /// Ctrl-C.
    Interrupted,
}

/// Every code and its meaning, for help and the manual. Rank: what stands above outranks what stands below.
pub const CODES: &[(Exit, u8, &str)] = &[
    (Exit::Interrupted, 130, "interrupted"),
    (Exit::Bug, 70, "a bug in trailql"),
    (Exit::NoAccess, 4, "no access: credentials, denied, no such bucket or folder"),
    (Exit::Limit, 5, "a limit stopped it"),
    (Exit::Usage, 2, "usage or query error"),
    (Exit::BadNews, 1, "bad news: --fail-on was met, a check failed"),
    (Exit::Incomplete, 3, "the answer is incomplete: something could not be read"),
    (Exit::Complete, 0, "complete"),
];

impl Exit {
    /// The worse of two outcomes.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        CODES.iter().map(|(exit, ..)| *exit).find(|exit| *exit == self || *exit == other).unwrap_or(self)
    }

    /// How a run with this error ends.
    #[must_use]
    pub fn of_error(error: &Error) -> Self {
        match error {
            Error::Query(_) | Error::Usage { .. } | Error::Execution(_) => Self::Usage,
            Error::Archive { source, .. } if source.is_access() => Self::NoAccess,
            Error::Archive { source: crate::archive::Error::Url(_), .. } => Self::Usage,
            Error::Archive { .. } | Error::File(_) => Self::Incomplete,
            Error::Limit { .. } => Self::Limit,
            Error::Output(error) if error.is_closed_pipe() => Self::Complete,
            Error::Output(_) => Self::Usage,
            Error::Bug(_) => Self::Bug,
        }
    }

    /// How a run with this outcome ends.
    #[must_use]
    pub fn of_outcome(outcome: &Outcome) -> Self {
        if outcome.is_incomplete() { Self::Incomplete } else { Self::Complete }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        CODES.iter().find(|(known, ..)| *known == exit).map_or(Self::FAILURE, |(_, code, _)| Self::from(*code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_news_outranks_incomplete_and_incomplete_outranks_complete() {
        assert_eq!(Exit::Incomplete.and(Exit::BadNews), Exit::BadNews);
        assert_eq!(Exit::Complete.and(Exit::Incomplete), Exit::Incomplete);
        assert_eq!(Exit::Complete.and(Exit::Complete), Exit::Complete);
    }
}
