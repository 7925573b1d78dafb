//! Where the buckets and keys that digest files sign are found in an archive, and what its own files would be called.
//!
//! In a bucket a key is where it says. A copy on disk may lack what stood before `AWSLogs`, or the layout's upper
//! folders, or stand below other folders: a digest file that is found where its own key says, from some folder on,
//! tells how the others are to be read.

use crate::archive::{from_logs, is_below};

/// How signed keys and keys of the archive differ: in what they begin with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    signed: String,
    actual: String,
}

impl Place {
    /// From a digest file's signed key and the key it was found under; none when those do not fit.
    #[must_use]
    pub(super) fn of(signed: &str, actual: &str) -> Option<Self> {
        let head = |key: &str, tail: &str| key[..key.len() - tail.len()].to_owned();
        if let Some(before) = signed.strip_suffix(actual)
            && (before.is_empty() || before.ends_with('/'))
        {
            return Some(Self { signed: before.to_owned(), actual: String::new() });
        }
        let tail = from_logs(signed)?;
        (from_logs(actual)? == tail).then(|| Self { signed: head(signed, tail), actual: head(actual, tail) })
    }

    /// Of an archive that begins at a prefix of the bucket.
    #[must_use]
    pub(super) fn of_prefix(prefix: &str) -> Self {
        let signed = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Self { signed, actual: String::new() }
    }

    /// The archive's key for a signed one; none when it leads out of the archive.
    #[must_use]
    pub(super) fn actual(&self, signed: &str) -> Option<String> {
        let key = format!("{}{}", self.actual, signed.strip_prefix(&self.signed)?);
        is_below(&key).then_some(key)
    }

    /// The same, wherever the trail's prefix was when it was signed: by what a copy keeps of a key.
    #[must_use]
    pub(super) fn actual_of_copy(&self, signed: &str) -> Option<String> {
        let moved = || {
            let tail = from_logs(signed)?;
            let key = format!("{}{tail}", self.actual);
            is_below(&key).then_some(key)
        };
        self.actual(signed).or_else(moved)
    }

    /// What a key of the archive would be signed as.
    #[must_use]
    pub(super) fn signed(&self, actual: &str) -> Option<String> {
        Some(format!("{}{}", self.signed, actual.strip_prefix(&self.actual)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "P/x/AWSLogs/111122223333/CloudTrail-Digest/r/2024/03/10/d.json.gz";
    const LOG: &str = "P/x/AWSLogs/111122223333/CloudTrail/r/2024/03/10/l.json.gz";

    fn check(actual_digest: &str, actual_log: &str) {
        let place = Place::of(DIGEST, actual_digest).expect("a place");
        assert_eq!(place.actual(LOG).as_deref(), Some(actual_log));
        assert_eq!(place.signed(actual_log).as_deref(), Some(LOG));
    }

    #[test]
    fn copies_lack_or_add_folders() {
        check(DIGEST, LOG);
        check(&DIGEST[2..], &LOG[2..]);
        check(&DIGEST[4..], &LOG[4..]);
        check(
            "copy/of/AWSLogs/111122223333/CloudTrail-Digest/r/2024/03/10/d.json.gz",
            "copy/of/AWSLogs/111122223333/CloudTrail/r/2024/03/10/l.json.gz",
        );
        check("CloudTrail-Digest/r/2024/03/10/d.json.gz", "CloudTrail/r/2024/03/10/l.json.gz");
    }

    #[test]
    fn a_digest_file_elsewhere_than_it_says_has_no_place() {
        assert_eq!(Place::of(DIGEST, &DIGEST.replace("d.json", "e.json")), None);
        assert_eq!(Place::of(DIGEST, "AWSLogs/999999999999/CloudTrail-Digest/r/2024/03/10/d.json.gz"), None);
        assert_eq!(Place::of(DIGEST, "SLogs/111122223333/CloudTrail-Digest/r/2024/03/10/d.json.gz"), None);
    }

    #[test]
    fn nothing_leads_out_of_the_archive() {
        let place = Place::of(DIGEST, &DIGEST[4..]).expect("a place");
        for key in ["/etc/passwd", "P/x/../../etc/passwd", "P/x//etc/passwd", "Q/AWSLogs/x", "P/x/AWSLogs/\0"] {
            assert_eq!(place.actual(key), None, "{key}");
        }
        assert_eq!(place.actual_of_copy("Q/AWSLogs/x").as_deref(), Some("AWSLogs/x"));
        assert_eq!(place.actual_of_copy("Q/AWSLogs/../x"), None);
    }
}
