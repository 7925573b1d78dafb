//! Reads the state file of a verification: a line for each file that it found valid.

use std::io::BufRead;

use serde::Deserialize;

use super::report::{hash_of, line, plain};
use super::{Collector, Verdict};
use crate::archive::DIGEST_FOLDER;

/// A line of a state file.
#[derive(Debug, Deserialize)]
struct Line {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    uri: Option<String>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default, alias = "hash")]
    expected: Option<String>,
}

/// Reads the lines behind the first. The last one may be torn: it is still being written.
pub(super) fn read(mut reader: impl BufRead, collector: &mut Collector) -> Result<(), String> {
    let failed = |error: std::io::Error| error.to_string();
    line(&mut reader).map_err(failed)?;
    let mut number = 1_u64;
    let mut next = line(&mut reader).map_err(failed)?;
    while let Some(text) = next {
        number += 1;
        next = line(&mut reader).map_err(failed)?;
        let read = match serde_json::from_slice::<Line>(text.trim_ascii()) {
            Ok(read) => read,
            Err(_) if next.is_none() || text.trim_ascii().is_empty() => continue,
            Err(error) => return Err(format!("line {number}: {}", plain(&error))),
        };
        let Some(uri) = read.uri else { continue };
        let is_digest = match read.kind.as_deref() {
            Some(kind) => kind != "log",
            None => uri.split('/').any(|part| part == DIGEST_FOLDER),
        };
        let is_valid = read.status.as_deref().is_none_or(|status| status == "valid");
        if let Some(hash) = read.expected.as_deref().and_then(hash_of).filter(|_| is_valid && !is_digest) {
            collector.add(&uri, read.path.as_deref(), Verdict::Listed(hash));
        }
    }
    Ok(())
}
