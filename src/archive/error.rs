//! What can go wrong between trailql and the store that holds an archive.

use datafusion::object_store;

/// A failure to reach, list or read an archive.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The archive's location is no path and no URL trailql knows.
    #[error("`{0}` is neither a path nor an `s3://bucket/prefix` URL")]
    Url(String),
    /// Nothing is at the location.
    #[error("no such file or folder: `{0}`")]
    NotFound(String),
    /// Nothing is at the location, and an archive of the configuration has a similar name.
    #[error("no such file, folder or named archive: `{name}`")]
    NotNamed {
        /// What was given.
        name: String,
        /// The archive.
        similar: String,
    },
    /// There is no such bucket, or none that may be seen.
    #[error("no such bucket: `{0}`")]
    NoSuchBucket(String),
    /// The store refused.
    #[error("{identity} may not {action}: {reason}")]
    Denied {
        /// Who asked, as far as it is known without asking further.
        identity: String,
        /// What was asked: `s3:ListBucket on arn:aws:s3:::bucket`.
        action: String,
        /// The store's own words.
        reason: String,
    },
    /// No credentials could be found or refreshed.
    #[error("no usable AWS credentials: {0}")]
    Credentials(String),
    /// Another service of AWS did not answer as it should.
    #[error("{0}")]
    Service(String),
    /// Too many folders were opened without finding a trail.
    #[error("opened {0} folders below the archive without coming to an end")]
    TooManyFolders(usize),
    /// The object vanished between listing and reading.
    #[error("no longer there")]
    Vanished,
    /// A key, or a symbolic link on its way, leads to somewhere else.
    #[error("`{0}` leads out of the archive")]
    Outside(String),
    /// The object was replaced between listing and reading.
    #[error("changed since it was listed")]
    Changed,
    /// The object is in a storage class that has to be restored from first.
    #[error("archived in the storage class {0}")]
    Archived(String),
    /// The local file system's own error.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The object store's own error.
    #[error("{}", innermost(.0))]
    Store(#[source] object_store::Error),
}

impl Error {
    /// Whether the remedy is somebody's permission or another location: exit code 4.
    #[must_use]
    pub fn is_access(&self) -> bool {
        match self {
            Self::NotFound(_)
            | Self::NotNamed { .. }
            | Self::NoSuchBucket(_)
            | Self::Denied { .. }
            | Self::Credentials(_) => true,
            Self::Io(error) => error.kind() == std::io::ErrorKind::PermissionDenied,
            _ => false,
        }
    }

    /// What may be done about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Url(_) => "write s3://bucket/prefix, or the path of a folder or a file".to_owned(),
            Self::NotFound(_) => "check the spelling; a relative path starts at the working directory".to_owned(),
            Self::NotNamed { similar, .. } => format!("an archive named `{similar}` is configured"),
            Self::NoSuchBucket(_) => "check the spelling, --profile, --aws-region and --endpoint-url".to_owned(),
            Self::Denied { action, .. } => format!("allow {action}, or ask as somebody else with --profile or --role-arn"),
            Self::Credentials(_) => "set AWS_PROFILE or --profile, sign in with `aws sso login`, or use --no-sign-request for a public bucket".to_owned(),
            Self::TooManyFolders(_) => "point nearer to the trail: at the folder that holds `AWSLogs`, or below it".to_owned(),
            Self::Vanished | Self::Changed => "run the query again; in the shell after `.refresh`".to_owned(),
            Self::Archived(_) => {
                "restore the object first (`aws s3api restore-object`), or leave its days out of the range".to_owned()
            }
            _ => return None,
        })
    }
}

/// The last error of the chain, which says what really happened; the ones around it repeat the request.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
