//! What can be said of a digest file and of a log file: one table each, with its class and the AWS CLI's words.

/// How bad a status is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Proven.
    Ok,
    /// Proven, and odd all the same; also what was allowed.
    Warning,
    /// Not to be told yet: what vouches for it may still come.
    Pending,
    /// Not to be told: keys, rights or digest files are not at hand.
    Incomplete,
    /// Something was changed, removed or added.
    Failure,
}

impl Class {
    /// As reports write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Pending => "pending",
            Self::Incomplete => "incomplete",
            Self::Failure => "failure",
        }
    }
}

macro_rules! statuses {
    ($(#[$head:meta])* $kind:ident: $($(#[$meta:meta])* $variant:ident $name:literal $class:ident;)*) => {
        $(#[$head])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $kind {
            $($(#[$meta])* $variant,)*
        }

        impl $kind {
            /// Every status.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// As reports write it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How bad it is, unless it was allowed.
            #[must_use]
            pub fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class,)* }
            }
        }
    };
}

statuses! {
    /// What became of a digest file.
    DigestStatus:
    /// Its signature verifies, and its link holds.
    Valid "valid" Ok;
    /// A signature that is at hand does not verify.
    SignatureInvalid "signature_invalid" Failure;
    /// Not gzip, not JSON, or not a digest's JSON.
    Malformed "malformed" Failure;
    /// A link names it, and it is not there.
    Missing "missing" Failure;
    /// It names another place than that where it is.
    Moved "moved" Failure;
    /// No key with its fingerprint was given.
    KeyNotFound "key_not_found" Incomplete;
    /// The key with its fingerprint is no RSA key, or not the one of the fingerprint.
    KeyUnusable "key_unusable" Incomplete;
    /// Its own signature verifies, and its link does not hold.
    ChainBroken "chain_broken" Failure;
    /// Its signature verifies, and the next one links past it.
    Orphan "orphan" Warning;
    /// No signature of it is known.
    Unverified "unverified" Pending;
    /// It could not be read.
    Unreadable "unreadable" Incomplete;
}

statuses! {
    /// What became of a log file.
    LogStatus:
    /// It has the content that an authenticated digest file lists.
    Valid "valid" Ok;
    /// Its content is another.
    Modified "modified" Failure;
    /// Not one whole gzip stream.
    Malformed "malformed" Failure;
    /// It is listed, and it is not there.
    Missing "missing" Failure;
    /// The digest file that lists it is not authenticated, and decides the class.
    Unverified "unverified" Pending;
    /// It could not be read.
    Unreadable "unreadable" Incomplete;
    /// No digest file lists it, though all that could are there.
    Unlisted "unlisted" Failure;
    /// No digest file lists it, and not all that could are there.
    Uncovered "uncovered" Incomplete;
    /// It is newer than the newest digest file, and not by much.
    Pending "pending" Pending;
}

/// Why nothing vouches for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HoleReason {
    /// Validation was off: CloudTrail itself signed that it began anew.
    Gap,
    /// Digest files are missing.
    Missing,
    /// Digest files are there, and prove nothing.
    Invalid,
    /// Before the first digest file.
    BeforeFirst,
    /// After the last digest file.
    AfterLast,
}

impl HoleReason {
    /// Every reason.
    pub const ALL: &[Self] = &[Self::Gap, Self::Missing, Self::Invalid, Self::BeforeFirst, Self::AfterLast];

    /// As reports write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Missing => "missing",
            Self::Invalid => "invalid",
            Self::BeforeFirst => "before_first",
            Self::AfterLast => "after_last",
        }
    }

    /// For people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Gap => "validation was off",
            Self::Missing => "digest files are missing",
            Self::Invalid => "digest files are invalid",
            Self::BeforeFirst => "before the first digest file",
            Self::AfterLast => "after the last digest file",
        }
    }
}
