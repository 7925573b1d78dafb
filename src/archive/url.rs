//! Where an archive is: a folder, a file, or a prefix of a bucket.

use std::path::{Path, PathBuf};

use super::Error;

/// A place that can hold an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A folder or a single file.
    Local(PathBuf),
    /// A bucket, and a prefix without slashes at its ends.
    S3 {
        /// The bucket's name.
        bucket: String,
        /// The prefix; empty for the whole bucket.
        prefix: String,
    },
}

impl Location {
    /// Reads a path, `file:///path` or `s3://bucket[/prefix]`.
    ///
    /// # Errors
    /// [`Error::Url`] for other schemes and for an `s3://` without a bucket.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let Some((scheme, rest)) = text.split_once("://") else { return Ok(Self::Local(PathBuf::from(text))) };
        match scheme.to_ascii_lowercase().as_str() {
            "s3" | "s3a" | "s3n" => {
                let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
                if bucket.is_empty() {
                    return Err(Error::Url(text.to_owned()));
                }
                Ok(Self::S3 { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned() })
            }
            "file" => Ok(Self::Local(PathBuf::from(rest))),
            _ => Err(Error::Url(text.to_owned())),
        }
    }

    /// A short name for the archive: the last part of its location, fit for an SQL schema.
    #[must_use]
    pub fn short_name(&self) -> String {
        let last = match self {
            Self::Local(path) => {
                absolute(path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
            }
            Self::S3 { bucket, .. } => bucket.clone(),
        };
        schema_name(&last)
    }

    /// The location as a person would write it.
    #[must_use]
    pub fn display(&self) -> String {
        match self {
            Self::Local(path) => path.display().to_string(),
            Self::S3 { bucket, prefix } if prefix.is_empty() => format!("s3://{bucket}"),
            Self::S3 { bucket, prefix } => format!("s3://{bucket}/{prefix}"),
        }
    }
}

/// A name as an SQL schema's: lower case, with `_` for what needs quotes.
#[must_use]
pub fn schema_name(name: &str) -> String {
    let name: String = name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if name.is_empty() { "archive".to_owned() } else { name }
}

/// The path with every name on its way, so that a layout shows in it however it was written.
pub(super) fn absolute(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_paths_are_told_apart() {
        let s3 = |bucket: &str, prefix: &str| Location::S3 { bucket: bucket.to_owned(), prefix: prefix.to_owned() };
        assert_eq!(Location::parse("s3://b").ok(), Some(s3("b", "")));
        assert_eq!(Location::parse("s3://b/a/AWSLogs/").ok(), Some(s3("b", "a/AWSLogs")));
        assert_eq!(Location::parse("logs/2024").ok(), Some(Location::Local("logs/2024".into())));
        assert_eq!(Location::parse("file:///tmp/x").ok(), Some(Location::Local("/tmp/x".into())));
        assert!(Location::parse("s3:///x").is_err());
        assert!(Location::parse("https://b/x").is_err());
    }
}
