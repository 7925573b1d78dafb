//! Keys that a manifest may name: below the archive's root, and nowhere else.

/// Whether a key leads to a file below the root that it is joined with, on every system.
pub(super) fn is_below_root(key: &str) -> bool {
    let is_plain = |part: &str| !matches!(part, "" | "." | "..");
    // On Windows these lead elsewhere.
    let is_foreign = cfg!(windows) && key.contains(['\\', ':']);
    key.split('/').all(is_plain) && !key.contains('\0') && !is_foreign
}

#[cfg(test)]
mod tests {
    use super::is_below_root;

    #[test]
    fn keys_that_lead_out_of_an_archive_are_refused() {
        for key in ["AWSLogs/1/x.json.gz", "x", "a b/é+%", "..a/b..", "a/.hidden"] {
            assert!(is_below_root(key), "{key}");
        }
        for key in ["", "/", "/etc/passwd", "../x", "a/../../x", "a/..", "a//b", "./a", "a/", "a\0b", ".."] {
            assert!(!is_below_root(key), "{key:?}");
        }
    }
}
