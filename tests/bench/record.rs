//! What becomes of a log file's bytes, step by step on one thread: inflate, split, build.
//!
//! ```sh
//! cargo bench --bench record
//! ```
//!
//! Each figure is for all documents at once; below it stand the bytes of *compressed* input and the records that
//! went through in a second. Beside each step stand the parsers that a reader of JSON would take otherwise, doing
//! the same: `split` counts records, `build` takes [`Few`] of their values.
//! The documents are those of `TRAILQL_BENCH_ARCHIVE`, up to 16 MB of gzip, or else the archive of the examples.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{env, fs, io};

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use serde::Deserialize;
use serde::de::IgnoredAny;

use trailql::record::{Builder, Inflater, Limits, Progress};
use trailql::schema::{Kind, Leaf, Step};

fn main() {
    divan::main();
}

/// Log files, stored and inflated.
struct Documents {
    stored: Vec<Vec<u8>>,
    texts: Vec<Vec<u8>>,
    bytes: usize,
    records: usize,
}

static DOCUMENTS: LazyLock<Documents> = LazyLock::new(|| {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/archive");
    let folder = env::var_os("TRAILQL_BENCH_ARCHIVE").map_or(PathBuf::from(example), PathBuf::from);
    let mut stored = Vec::new();
    take(&folder, &mut 16_000_000, &mut stored).expect("an archive that can be read");
    let mut inflater = Inflater::new(Limits::default());
    let inflate = |bytes: &Vec<u8>| inflater.inflate(bytes).expect("sound gzip").to_vec();
    let texts: Vec<Vec<u8>> = stored.iter().map(inflate).collect();
    let records = texts.iter().map(|text| count(text)).sum();
    Documents { bytes: stored.iter().map(Vec::len).sum(), stored, texts, records }
});

/// Reads log files below a folder while there is room for them.
fn take(folder: &Path, room: &mut usize, stored: &mut Vec<Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            take(&path, room, stored)?;
        } else if path.extension().is_some_and(|extension| extension == "gz") && *room > 0 {
            let bytes = fs::read(path)?;
            *room = room.saturating_sub(bytes.len());
            stored.push(bytes);
        }
    }
    Ok(())
}

/// Runs `step` over every text.
fn each(bencher: Bencher, mut step: impl FnMut(&[u8]) -> usize) {
    let documents = &*DOCUMENTS;
    bencher.counter(BytesCount::new(documents.bytes)).counter(ItemsCount::new(documents.records)).bench_local(|| {
        let records: usize = documents.texts.iter().map(|text| step(black_box(text))).sum();
        assert_eq!(records, documents.records);
    });
}

/// The same for parsers that write into their input: the copy is part of what they cost.
fn each_copied(bencher: Bencher, mut step: impl FnMut(&mut [u8]) -> usize) {
    let mut copy = Vec::new();
    each(bencher, |text| {
        copy.clear();
        copy.extend_from_slice(text);
        step(&mut copy)
    });
}

#[divan::bench]
fn inflate(bencher: Bencher) {
    let documents = &*DOCUMENTS;
    let mut inflater = Inflater::new(Limits::default());
    bencher.counter(BytesCount::new(documents.bytes)).counter(ItemsCount::new(documents.records)).bench_local(|| {
        let inflate = |bytes: &Vec<u8>| inflater.inflate(black_box(bytes)).expect("sound gzip").len();
        documents.stored.iter().map(inflate).sum::<usize>()
    });
}

/// A delivery whose records are of a type.
#[derive(Deserialize)]
struct Delivery<R> {
    #[serde(rename = "Records")]
    records: Vec<R>,
}

/// The values that `build` takes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Few<'a> {
    #[serde(borrow, default)]
    user_identity: Identity<'a>,
    #[serde(borrow, default)]
    event_name: Cow<'a, str>,
    #[serde(borrow, rename = "sourceIPAddress", default)]
    source_ip_address: Cow<'a, str>,
    #[serde(borrow, default)]
    error_code: Cow<'a, str>,
}

#[derive(Default, Deserialize)]
struct Identity<'a> {
    #[serde(borrow, default)]
    arn: Cow<'a, str>,
}

/// The same for our own builder.
fn few() -> Vec<Leaf> {
    [&["userIdentity", "arn"][..], &["eventName"], &["sourceIPAddress"], &["errorCode"]]
        .map(|path| Leaf { path: path.iter().map(|key| Step::ExactKey((*key).into())).collect(), kind: Kind::Text })
        .to_vec()
}

fn rows(builder: &mut Builder, text: &[u8]) -> usize {
    let mut reading = builder.read(text).expect("a document");
    loop {
        match builder.fill(&mut reading, 8192).expect("sound JSON") {
            Progress::Full => drop(black_box(builder.finish())),
            Progress::Done(tally) => return usize::try_from(tally.records).expect("fits"),
        }
    }
}

fn count(text: &[u8]) -> usize {
    rows(&mut Builder::new(&[], Limits::default()), text)
}

/// Adds up what was taken, so that nothing is left out.
fn taken(few: &[Few<'_>]) -> usize {
    let length = |few: &Few<'_>| {
        few.user_identity.arn.len() + few.event_name.len() + few.source_ip_address.len() + few.error_code.len()
    };
    black_box(few.iter().map(length).sum::<usize>());
    few.len()
}

mod split {
    use super::*;

    #[divan::bench]
    fn trailql(bencher: Bencher) {
        let mut builder = Builder::new(&[], Limits::default());
        each(bencher, |text| rows(&mut builder, text));
    }

    #[divan::bench]
    fn serde_json(bencher: Bencher) {
        each(bencher, |text| serde_json::from_slice::<Delivery<IgnoredAny>>(text).expect("JSON").records.len());
    }

    #[divan::bench]
    fn sonic_rs(bencher: Bencher) {
        each(bencher, |text| sonic_rs::from_slice::<Delivery<IgnoredAny>>(text).expect("JSON").records.len());
    }

    #[divan::bench]
    fn simd_json(bencher: Bencher) {
        each_copied(bencher, |text| simd_json::from_slice::<Delivery<IgnoredAny>>(text).expect("JSON").records.len());
    }
}

mod build {
    use super::*;

    #[divan::bench]
    fn trailql(bencher: Bencher) {
        let mut builder = Builder::new(&few(), Limits::default());
        each(bencher, |text| rows(&mut builder, text));
    }

    #[divan::bench]
    fn serde_json(bencher: Bencher) {
        each(bencher, |text| taken(&serde_json::from_slice::<Delivery<Few<'_>>>(text).expect("JSON").records));
    }

    /// Every value of every record, as a program without a schema does it.
    #[divan::bench]
    fn serde_json_tree(bencher: Bencher) {
        each(bencher, |text| {
            let tree: serde_json::Value = serde_json::from_slice(text).expect("JSON");
            black_box(tree)["Records"].as_array().map_or(0, Vec::len)
        });
    }

    #[divan::bench]
    fn sonic_rs(bencher: Bencher) {
        each(bencher, |text| taken(&sonic_rs::from_slice::<Delivery<Few<'_>>>(text).expect("JSON").records));
    }

    #[divan::bench]
    fn simd_json(bencher: Bencher) {
        each_copied(bencher, |text| taken(&simd_json::from_slice::<Delivery<Few<'_>>>(text).expect("JSON").records));
    }
}
