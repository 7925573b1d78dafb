//! A property: whichever byte of a digest, a signature or a log file is changed, it does not pass.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::LazyLock;

use flate2::bufread::GzDecoder;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};

use crate::sign::{Bucket, Chain, gunzip, gzip};

use super::run::check;

/// Chains of many accounts, so that one run tries as many changes.
static CHAINS: LazyLock<(Vec<String>, Bucket)> = LazyLock::new(|| {
    let accounts: Vec<_> = (0..40).map(|number| format!("{:012}", 100_000_000_000_u64 + number)).collect();
    let chains: Vec<_> = accounts.iter().map(|account| Chain::new(account, "us-east-1").with_hours(3)).collect();
    let bucket = Bucket::of(&chains.iter().collect::<Vec<_>>());
    (accounts, bucket)
});

/// What is changed about an object.
#[derive(Debug, Clone, Copy)]
enum Change {
    /// A bit of the object as it is stored.
    Stored,
    /// A bit of what is packed in it.
    Content,
    /// A digit of the signature, or a bit of the content where there is none.
    Signature,
}

/// Changes an object of an account; whether a reader could see that at all.
fn apply(bucket: &mut Bucket, account: &str, which: Index, change: Change, place: Index, bit: u8) -> (String, bool) {
    let keys: Vec<_> = bucket.objects.keys().filter(|key| key.contains(account)).cloned().collect();
    let key = which.get(&keys).clone();
    let object = bucket.object(&key);
    let before = gunzip(&object.bytes);
    match (change, object.metadata.get_mut("signature")) {
        (Change::Signature, Some(signature)) => {
            let at = place.index(signature.len());
            let digit = u8::from_str_radix(&signature[at..=at], 16).expect("a digit");
            signature.replace_range(at..=at, &format!("{:x}", digit ^ (1 << (bit % 4))));
            return (key, true);
        }
        (Change::Stored, _) => {
            let at = place.index(object.bytes.len());
            object.bytes[at] ^= 1 << (bit % 8);
        }
        _ => {
            let mut content = before.clone();
            let at = place.index(content.len());
            content[at] ^= 1 << (bit % 8);
            object.bytes = gzip(&content);
        }
    }
    // The time and the name in the head of a gzip member are nobody's business, nor are the bits that pad its end.
    (key, strictly(&object.bytes) != Some(before))
}

/// What is in exactly one gzip member.
fn strictly(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = GzDecoder::new(bytes);
    let mut content = Vec::new();
    decoder.read_to_end(&mut content).ok()?;
    decoder.into_inner().is_empty().then_some(content)
}

#[test]
fn no_flipped_bit_passes() {
    let change = prop_oneof![Just(Change::Stored), Just(Change::Content), Just(Change::Signature)];
    let one = (any::<Index>(), change, any::<Index>(), any::<u8>());
    let mut runner =
        TestRunner::new(Config { cases: 6, max_shrink_iters: 20, failure_persistence: None, ..Config::default() });
    let (accounts, clean) = &*CHAINS;
    let changes = prop::collection::vec(one, accounts.len());
    runner
        .run(&changes, |changes| {
            let mut bucket = clean.clone();
            let changed: BTreeMap<_, _> = accounts
                .iter()
                .zip(&changes)
                .map(|(account, (which, change, place, bit))| {
                    (account.as_str(), (apply(&mut bucket, account, *which, *change, *place, *bit), *change))
                })
                .collect();
            let report = check(&bucket, &["--jobs", "2"][..0]);
            prop_assert_eq!(report.run.code, Some(1));
            for (account, ((key, is_visible), change)) in changed {
                let is_found = report.digests().chain(report.logs()).any(|entry| {
                    let is_bad = entry["class"] == "failure" || entry["class"] == "incomplete";
                    is_bad && entry["uri"].as_str().is_some_and(|uri| uri.contains(account))
                });
                prop_assert_eq!(is_found, is_visible, "{:?} of {}", change, key);
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}
