use std::fs;
use std::path::Path;
use std::sync::Arc;

use chrono::DateTime;
use tempfile::TempDir;

use super::*;
use crate::archive::{Archive, Listing, Location, S3Options, Times, Wanted};

fn gzip(text: &str, level: u32) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
    std::io::Write::write_all(&mut encoder, text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

/// An archive of three log files, and a manifest of them.
struct Kept {
    folder: TempDir,
    archive: Arc<Archive>,
}

const NAMES: [&str; 3] = ["AWSLogs/a.json.gz", "AWSLogs/b.json.gz", "c.json"];

impl Kept {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().join("archive");
        fs::create_dir_all(root.join("AWSLogs")).expect("folders");
        for (place, name) in NAMES.iter().enumerate() {
            let text = format!("{{\"Records\":[{{\"n\":{place}}}]}}");
            let bytes = if name.ends_with(".gz") { gzip(&text, 6) } else { text.into_bytes() };
            fs::write(root.join(name), bytes).expect("a file");
        }
        let archive = Archive::open(Location::Local(root), &S3Options::default()).await.expect("an archive");
        let kept = Self { folder, archive: Arc::new(archive) };
        let ledger = Ledger::default();
        kept.note(&ledger).await;
        // Whoever reads a file again reads the same.
        kept.note(&ledger).await;
        let mut out = Vec::new();
        let manifest = Manifest { queries: vec![Asked::text("sql", "SELECT 1")], ..Manifest::default() };
        manifest.write(&ledger, DateTime::UNIX_EPOCH, &mut out).expect("memory");
        fs::write(kept.manifest(), out).expect("a file");
        kept
    }

    async fn list(&self) -> Listing {
        let wanted = Wanted { folder: &|_, _| true, file: &|_| true, times: Times::default() };
        self.archive.list(&wanted).await.expect("a listing")
    }

    async fn note(&self, ledger: &Ledger) {
        let number = ledger.archive(self.archive.location());
        for file in self.list().await.files.iter().rev() {
            let stored = self.archive.read_local(file).expect("a file");
            let mut inflater = crate::record::Inflater::new(crate::record::Limits::default());
            let content = inflater.open(&stored).expect("gzip or text");
            let hash = |bytes: &[u8]| <sha2::Sha256 as sha2::Digest>::digest(bytes).into();
            let noted = ledger.note(number, file, hash(&stored), Some(hash(content)));
            ledger.read(noted, 1);
        }
    }

    fn manifest(&self) -> std::path::PathBuf {
        self.folder.path().join("evidence.json")
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join("archive").join(name)
    }

    /// What became of the log files, in the manifest's order.
    async fn states(&self) -> Vec<State> {
        let recorded = read(&self.manifest()).expect("a manifest");
        let mut states = Vec::new();
        let tell = |_: &FileEntry, _: &Archive, state: &State| {
            states.push(state.clone());
            Ok::<_, std::convert::Infallible>(())
        };
        let Ok(checked) = check(&recorded, &[Arc::clone(&self.archive)], tell).await;
        assert_eq!(checked.files, checked.same + checked.changed + checked.missing + checked.unreadable);
        states
    }
}

#[tokio::test]
async fn each_log_file_is_noted_once_in_the_order_of_keys() {
    let kept = Kept::new().await;
    let recorded = read(&kept.manifest()).expect("a manifest");
    assert_eq!(recorded.files.iter().map(|file| file.key.as_str()).collect::<Vec<_>>(), NAMES);
    assert_eq!(recorded.archives.len(), 1);
    assert!(Path::new(&recorded.archives[0]).is_absolute(), "{:?}", recorded.archives);
    assert_eq!(kept.states().await, [State::Same, State::Same, State::Same]);
}

#[tokio::test]
async fn what_was_changed_recompressed_or_taken_away_is_told() {
    let kept = Kept::new().await;
    let mut bytes = fs::read(kept.file(NAMES[0])).expect("a file");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(kept.file(NAMES[0]), &bytes).expect("a file");
    fs::write(kept.file(NAMES[1]), "{\"Records\":[{\"n\":1}]}").expect("a file");
    fs::remove_file(kept.file(NAMES[2])).expect("a file");
    fs::write(kept.file("new.json"), "[]").expect("a file");
    assert_eq!(kept.states().await, [State::Changed, State::Recompressed, State::Missing]);
    fs::create_dir(kept.file(NAMES[2])).expect("a folder");
    assert_eq!(kept.states().await[2], State::Missing);
}

#[tokio::test]
async fn a_manifest_that_is_not_whole_is_refused() {
    let kept = Kept::new().await;
    let whole = fs::read(kept.manifest()).expect("a manifest");
    assert!(serde_json::from_slice::<serde_json::Value>(&whole).is_ok(), "it is JSON");
    let refused = |bytes: &[u8]| {
        fs::write(kept.manifest(), bytes).expect("a file");
        read(&kept.manifest()).expect_err("no manifest").to_string()
    };
    for length in 0..whole.len() {
        assert!(refused(&whole[..length]).contains("cut off, or changed"), "{length}");
    }
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        assert!(refused(&flipped).contains("cut off, or changed"), "{at}");
    }
    assert!(refused(&[&whole[..], b"\n"].concat()).contains("cut off, or changed"));
}

#[tokio::test]
async fn a_manifest_leads_nowhere_but_into_its_archives() {
    let kept = Kept::new().await;
    let whole = fs::read_to_string(kept.manifest()).expect("a manifest");
    let sealed = |text: &str| {
        let body = &text[..text.rfind("\"sha256\":\"").expect("a seal")];
        let hash = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(body.as_bytes()));
        fs::write(kept.manifest(), format!("{body}\"sha256\":\"{hash}\"}}\n")).expect("a file");
        read(&kept.manifest()).map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(sealed(&whole), Ok(()));
    for key in ["../outside.json", "/etc/passwd", "a/../../b", "", "a\\u0000b"] {
        let error = sealed(&whole.replace(NAMES[2], key)).expect_err(key);
        assert!(error.contains("is no key of a log file"), "{error}");
    }
    let error = sealed(&whole.replace("\"archive\":0", "\"archive\":7")).expect_err("no such archive");
    assert!(error.contains("is in an archive that it does not name"), "{error}");
    let error = sealed(&whole.replace("trailql-evidence", "other")).expect_err("another kind");
    assert!(error.contains("it says that it is `other`"), "{error}");
    let error = sealed(&whole.replace("\"version\":1", "\"version\":9")).expect_err("another version");
    assert!(error.contains("it has version 9, expected 1"), "{error}");
}
