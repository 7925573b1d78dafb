//! Manifests of the log files behind an answer, and their check.

use std::fs;

use serde_json::Value;

use super::{FILES, World, content, files, gzip, hash, key};

impl World {
    /// The manifest of a run that ends with this code.
    #[track_caller]
    fn manifest(&self, code: i32, arguments: &[&str]) -> Value {
        let run = self.run(&[arguments, &["-q", "--evidence", "evidence.json"]].concat());
        assert_eq!(run.code, Some(code), "{run:?}");
        let text = fs::read_to_string(self.folder.path().join("evidence.json")).expect("a manifest");
        serde_json::from_str(&text).expect("JSON")
    }

    /// What a check says on stdout, by line, and how it ends.
    fn check(&self, archives: &[&str]) -> (Option<i32>, Vec<String>) {
        let run = self.run(&[&["verify", "--evidence", "evidence.json"], archives].concat());
        let root = fs::canonicalize(self.folder.path()).expect("a folder").display().to_string();
        (run.code, run.stdout.lines().map(|line| line.replace(&root, "…")).collect())
    }
}

const COUNT: &str = "SELECT count(*) FROM cloudtrail";

fn keys(manifest: &Value) -> Vec<&str> {
    manifest["files"].as_array().expect("a list").iter().filter_map(|file| file["key"].as_str()).collect()
}

#[test]
fn every_log_file_that_was_read_is_there_with_its_hashes() {
    let world = World::new();
    let manifest =
        world.manifest(0, &["query", "trails", "-c", COUNT, "-c", "SELECT eventname FROM cloudtrail LIMIT 0"]);
    let stored = files();
    assert_eq!(keys(&manifest), stored.keys().collect::<Vec<_>>());
    for file in manifest["files"].as_array().expect("a list") {
        let bytes = &stored[file["key"].as_str().expect("a key")];
        assert_eq!(file["sha256"], hash(bytes));
        assert_eq!(file["size"], bytes.len());
        let name = FILES.iter().find(|(name, _)| file["key"] == key(name)).expect("a known file");
        assert_eq!(file["records"], name.1);
        let whole = content(name.0, name.1);
        // The content of several members is all of them.
        let whole = if name.0 == "trailing" { [b"{\"Records\":[]}".to_vec(), whole].concat() } else { whole };
        assert_eq!(file["content_sha256"], hash(&whole));
    }
    assert_eq!(manifest["queries"][0]["language"], "sql");
    assert_eq!(manifest["queries"][0]["text"], COUNT);
    assert_eq!(manifest["outcome"]["records"], 127);
    assert_eq!(manifest["outcome"]["complete"], true);
    assert_eq!(manifest["results"]["rows"], 1);
    let again = world.manifest(0, &["query", "trails", "--threads", "1", "-c", COUNT]);
    assert_eq!(manifest["files"], again["files"], "the order is that of keys, whoever read them");
}

#[test]
fn log_files_without_a_record_of_interest_were_read_all_the_same() {
    let world = World::new();
    let none = "SELECT eventid FROM cloudtrail WHERE eventname = 'NoSuchEvent'";
    assert_eq!(keys(&world.manifest(0, &["query", "trails", "-c", none])).len(), FILES.len());
    // What is left out by its key is not read.
    let some = format!("{COUNT} WHERE \"$path\" = '{}'", key("valid"));
    assert_eq!(keys(&world.manifest(0, &["query", "trails", "-c", &some])), [key("valid")]);
    // Two scans of one statement note a file once.
    let join = "SELECT count(*) FROM cloudtrail a JOIN cloudtrail b ON a.eventid = b.eventid";
    assert_eq!(keys(&world.manifest(0, &["query", "trails", "-c", join])).len(), FILES.len());
}

#[test]
fn hunts_and_lookups_leave_evidence_too() {
    let world = World::new();
    let hunt = world.manifest(0, &["hunt", "trails", "--rule", "ct.trail.stopped", "--out", "found.ndjson"]);
    assert_eq!(keys(&hunt).len(), FILES.len());
    assert_eq!(hunt["queries"][0]["id"], "ct.trail.stopped");
    assert_eq!(hunt["queries"][0]["sha256"].as_str().map(str::len), Some(64));
    let written = fs::read(world.folder.path().join("found.ndjson")).expect("findings");
    assert_eq!(hunt["results"]["sha256"], hash(&written));
    assert_eq!(hunt["results"]["rows"], 127);
    let filter = world.manifest(0, &["filter", "test", "{ $.eventName = StopLogging }", "trails"]);
    assert_eq!((&filter["queries"][0]["language"], keys(&filter).len()), (&"filter".into(), FILES.len()));
    let alarms = |name: &str| format!("{}/tests/cli/alarm.in/{name}", env!("CARGO_MANIFEST_DIR"));
    let (signins, filters) = (alarms("signins.json"), alarms("filters.json"));
    let replay = world.manifest(0, &["alarm", "replay", &signins, "trails", "--filters", &filters]);
    assert_eq!((&replay["queries"][0]["language"], keys(&replay).len()), (&"alarms".into(), FILES.len()));
    let lookup = world.manifest(0, &["lookup", "trails", "--event-name", "StopLogging", "--max-results", "3"]);
    assert_eq!(lookup["queries"][0]["language"], "lookup");
    assert!(lookup["queries"][0]["text"].as_str().is_some_and(|text| text.contains("AttributeValue=StopLogging")));
    assert_eq!((&lookup["results"]["rows"], keys(&lookup).is_empty()), (&3.into(), false));
}

#[test]
fn what_could_not_be_read_is_named_and_the_answer_called_incomplete() {
    let world = World::new();
    world.write(&key("broken"), b"{\"Records\":[{\"a\":1},");
    let manifest = world.manifest(3, &["query", "trails", "-c", COUNT]);
    assert_eq!(manifest["outcome"]["complete"], false);
    assert_eq!(manifest["outcome"]["files_failed"], 1);
    let failed = manifest["failed"].as_array().expect("a list");
    assert!(failed.len() == 1 && failed[0]["location"].as_str().is_some_and(|place| place.ends_with(&key("broken"))));
    // Its bytes are what somebody may want to look at.
    assert!(keys(&manifest).contains(&key("broken").as_str()));
    assert_eq!(world.check(&[]).0, Some(0));
}

#[test]
fn a_check_finds_what_changed_and_passes_over_what_is_new() {
    let world = World::new();
    world.manifest(0, &["query", "trails", "-c", COUNT]);
    assert_eq!(world.check(&[]), (Some(0), vec!["7 of 7 log files are as they were".to_owned()]));
    world.write(&key("new"), &gzip(&content("new", 1)));
    assert_eq!(world.check(&["trails"]).0, Some(0));
    let mut bytes = files().remove(&key("forged")).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    world.write(&key("forged"), &bytes);
    world.write(&key("modified"), &content("modified", 2));
    fs::remove_file(world.path(&key("valid"))).expect("a file");
    let place = |name: &str| format!("Log file\t…/trails/{}\t", key(name));
    let expected = [
        format!("{}CHANGED: its content differs", place("forged")),
        format!("{}CHANGED: stored otherwise, its content is the same", place("modified")),
        format!("{}MISSING: not found", place("valid")),
        "4 of 7 log files are as they were, 2 changed, 1 missing".to_owned(),
    ];
    assert_eq!(world.check(&[]), (Some(1), expected.to_vec()));
}

#[test]
fn an_archive_that_moved_is_named() {
    let world = World::new();
    world.manifest(0, &["query", "trails", "-c", COUNT]);
    fs::rename(world.folder.path().join("trails"), world.folder.path().join("moved")).expect("a folder");
    assert_eq!(world.check(&[]).0, Some(4));
    assert_eq!(world.check(&["moved"]).0, Some(0));
    assert_eq!(world.check(&["moved", "moved"]).0, Some(2));
}

#[test]
fn a_single_log_file_is_an_archive_of_its_own() {
    let world = World::new();
    let file = format!("trails/{}", key("valid"));
    let manifest = world.manifest(0, &["query", &file, "-c", COUNT]);
    assert_eq!(keys(&manifest).len(), 1);
    assert_eq!(world.check(&[]).0, Some(0));
    world.write(&key("valid"), b"{}");
    let (code, lines) = world.check(&[]);
    assert_eq!((code, lines[0].clone()), (Some(1), format!("Log file\t…/{file}\tCHANGED: its content differs")));
}

#[test]
fn a_manifest_appears_whole_or_not_at_all() {
    let world = World::new();
    let path = world.folder.path().join("evidence.json");
    let run = |arguments: &[&str]| {
        world.run(&[&["query", "trails", "-q", "--evidence", "evidence.json"], arguments].concat())
    };
    assert_eq!(run(&["-c", "SELECT nope FROM cloudtrail"]).code, Some(2));
    assert!(!path.exists());
    assert_eq!(run(&["-c", COUNT, "--out", "evidence.json"]).code, Some(2));
    assert!(!path.exists());
    let run = world.run(&["query", "trails", "-c", COUNT, "--evidence", "no/such/folder.json"]);
    assert!(run.code == Some(2) && run.stderr.contains("--evidence names a file"), "{run:?}");
    // A question without an answer makes the rest incomplete.
    let manifest =
        world.manifest(2, &["query", "trails", "--keep-going", "-c", "SELECT nope FROM cloudtrail", "-c", COUNT]);
    assert_eq!(manifest["outcome"]["complete"], false);
    fs::write(&path, &fs::read(&path).expect("a manifest")[..500]).expect("a file");
    let (code, lines) = world.check(&[]);
    assert_eq!((code, lines.len()), (Some(2), 0));
}
