//! The log files that digest files of one account and region list: by hashes, since there may be millions.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash as _, Hasher as _};

use foldhash::quality::RandomState;

/// See the file. Hashes are seeded anew in each run: nobody can choose a key that passes for another.
#[derive(Debug, Default)]
pub(super) struct ListedFiles {
    seed: RandomState,
    /// Hash of the listed content, by hash of the key.
    contents: HashMap<u64, u64>,
}

/// Whether a file was listed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    New,
    /// With the same content.
    Same,
    /// With another.
    Other,
}

impl ListedFiles {
    /// Notes that a file is listed.
    pub(super) fn add(&mut self, key: &str, content: &str) -> Seen {
        let content = self.content(content);
        match self.contents.get(&self.key(key)) {
            Some(known) if *known == content => Seen::Same,
            Some(_) => Seen::Other,
            None => {
                self.contents.insert(self.key(key), content);
                Seen::New
            }
        }
    }

    /// Whether some digest file lists it.
    pub(super) fn holds(&self, key: &str) -> bool {
        self.contents.contains_key(&self.key(key))
    }

    /// A key as a number, the same for all ways in which the file may be compressed.
    pub(super) fn key(&self, key: &str) -> u64 {
        let stem = [".json.gz", ".json.zst", ".json"].iter().find_map(|ending| key.strip_suffix(ending));
        self.seed.hash_one((stem.unwrap_or(key), stem.is_some()))
    }

    /// A hash in hex as a number.
    pub(super) fn content(&self, hex: &str) -> u64 {
        let mut hasher = self.seed.build_hasher();
        hex.bytes().for_each(|byte| byte.to_ascii_lowercase().hash(&mut hasher));
        hasher.finish()
    }

    /// Contents that several of these files have.
    pub(super) fn repeated(&self) -> Vec<u64> {
        let mut contents: Vec<u64> = self.contents.values().copied().collect();
        contents.sort_unstable();
        let mut repeated: Vec<u64> =
            contents.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        repeated.dedup();
        repeated
    }

    /// The contents of all of them.
    pub(super) fn contents(&self) -> impl Iterator<Item = u64> + '_ {
        self.contents.values().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_under_every_compression() {
        let mut files = ListedFiles::default();
        assert_eq!(files.add("a.json.gz", "AB"), Seen::New);
        assert_eq!(files.add("a.json.gz", "ab"), Seen::Same);
        assert_eq!(files.add("a.json.gz", "cd"), Seen::Other);
        assert!(files.holds("a.json") && files.holds("a.json.zst") && !files.holds("a"));
        assert!(files.repeated().is_empty());
        files.add("b.json.gz", "ab");
        files.add("c.json.gz", "ab");
        assert_eq!(files.repeated(), [files.content("ab")]);
    }
}
