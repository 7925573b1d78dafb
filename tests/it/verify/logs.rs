//! Log files that are not what their digest says.

use crate::sign::{Bucket, Chain, gunzip, gzip, zstd};

use super::run::{check, text};

/// Eight hours, the first log file of the third changed in the bucket.
#[track_caller]
fn with_stored(name: &str, status: &str, change: impl Fn(&mut Vec<u8>)) -> String {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    let key = chain.log_key(2, 0);
    change(&mut bucket.object(&key).bytes);
    let report = check(&bucket, &[]);
    let code = i32::from(status != "valid");
    let expected = [(key.as_str(), status)];
    assert_eq!(report.run.code, Some(code), "{name}: {:#}", report.json);
    report.has_digests(&[]).has_holes(&[]).has_logs(&expected[..expected.len() * code as usize]);
    assert_eq!(report.json["summary"]["logs"]["valid"], 14 - code);
    report.entry(&key)["detail"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_changed_log_file_is_modified() {
    with_stored("content", "modified", |bytes| {
        let content = String::from_utf8(gunzip(bytes)).expect("JSON");
        *bytes = gzip(content.replacen("alice", "mallo", 1).as_bytes());
    });
    with_stored("a byte more", "modified", |bytes| *bytes = gzip(&[&gunzip(bytes)[..], b"\n"].concat()));
    with_stored("nothing in it", "modified", |bytes| *bytes = gzip(b""));
}

#[test]
fn a_damaged_log_file_is_malformed() {
    with_stored("empty", "malformed", Vec::clear);
    with_stored("not packed under its packed name", "malformed", |bytes| *bytes = gunzip(bytes));
    with_stored("zstd under its gzip name", "malformed", |bytes| *bytes = zstd(&gunzip(bytes)));
    with_stored("cut in the middle", "malformed", |bytes| bytes.truncate(bytes.len() * 2 / 3));
    with_stored("cut in the head", "malformed", |bytes| bytes.truncate(5));
    with_stored("a wrong checksum", "malformed", |bytes| {
        let crc = bytes.len() - 8;
        bytes[crc] ^= 1;
    });
    with_stored("a wrong length", "malformed", |bytes| {
        let length = bytes.len() - 1;
        bytes[length] ^= 1;
    });
}

#[test]
fn a_stream_without_its_trailer_is_malformed_however_whole_it_is() {
    for left in [0, 1, 4, 7] {
        with_stored("cut in the trailer", "malformed", |bytes| bytes.truncate(bytes.len() - 8 + left));
    }
}

#[test]
fn what_follows_the_first_member_is_trailing_data() {
    let more: [&[u8]; 4] = [&gzip(b"{\"Records\":[]}"), &gzip(b""), b"\0\0\0\0", b"x"];
    for more in more {
        let detail = with_stored("trailing", "malformed", |bytes| bytes.extend(more));
        assert!(detail.contains("trailing data"), "{detail}");
    }
}

#[test]
fn what_follows_a_zstd_frame_or_a_plain_file_is_found_too() {
    for suffix in ["", ".zst"] {
        let chain = Chain::hours(8);
        let mut bucket = Bucket::of(&[&chain]);
        let log = &chain.digests[2].logs[0];
        bucket.remove(&log.key);
        let key = format!("{}{suffix}", log.key.trim_end_matches(".gz"));
        let (stored, more) = match suffix {
            "" => (log.content.clone(), b"{\"Records\":[]}".to_vec()),
            _ => (zstd(&log.content), zstd(b"{\"Records\":[]}")),
        };
        bucket.put(&key, [stored, more].concat());
        let report = check(&bucket, &[]);
        report.exits(1);
        assert_eq!(report.json["summary"]["logs"]["valid"], 13, "{suffix:?}: {:#}", report.json);
    }
}

#[test]
fn a_removed_log_file_is_missing() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    let key = chain.log_key(2, 0);
    bucket.remove(&key);
    check(&bucket, &[]).exits(1).has_digests(&[]).has_logs(&[(&key, "missing")]).has_holes(&[]);
    text(&bucket, &[]).exits(1).says(&format!("Log file\ts3://trail-archive/{key}\tINVALID: not found\n"));
}

#[test]
fn another_algorithm_than_sha_256_is_malformed() {
    for algorithm in ["SHA-1", "MD5", "", "sha256"] {
        let mut chain = Chain::hours(8);
        chain.digests[2].edit(move |document| document["logFiles"][0]["hashAlgorithm"] = algorithm.into());
        check(&Bucket::of(&[&chain]), &[]).exits(1).has_digests(&[]).has_logs(&[(&chain.log_key(2, 0), "malformed")]);
    }
}

#[test]
fn a_hash_that_is_none_matches_nothing() {
    for hash in ["", "00", "not hex", &"0".repeat(64), &"0".repeat(128), &"é".repeat(32)] {
        let mut chain = Chain::hours(8);
        let owned = hash.to_owned();
        chain.digests[2].edit(move |document| document["logFiles"][0]["hashValue"] = owned.clone().into());
        let report = check(&Bucket::of(&[&chain]), &[]);
        report.exits(1);
        assert_eq!(report.json["summary"]["logs"]["valid"], 13, "{hash}");
    }
}

#[test]
fn of_two_listings_with_different_hashes_one_at_most_matches() {
    let mut chain = Chain::hours(8);
    let log = chain.digests[2].logs[0].clone();
    chain.digests[4].logs.push(log.clone());
    chain.digests[4].edit(|document| document["logFiles"][2]["hashValue"] = "ab".repeat(32).into());
    let report = check(&Bucket::of(&[&chain]), &[]);
    report.exits(1).has_digests(&[]).has_logs(&[(&log.key, "modified")]);
    let statuses: Vec<_> = report.logs().filter(|entry| entry["uri"].to_string().contains(&log.key)).collect();
    assert!(statuses.iter().any(|entry| entry["status"] == "modified"), "{statuses:#?}");
}

#[test]
fn a_log_file_in_the_place_of_another_is_modified() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    let (one, other) = (chain.log_key(2, 0), chain.log_key(2, 1));
    let (first, second) = (bucket.remove(&one), bucket.remove(&other));
    bucket.objects.insert(one.clone(), second);
    bucket.objects.insert(other.clone(), first);
    check(&bucket, &[]).exits(1).has_logs(&[(&one, "modified"), (&other, "modified")]);
}

#[test]
fn digests_alone_can_be_checked() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    bucket.remove(&chain.log_key(2, 0));
    bucket.object(&chain.log_key(4, 0)).bytes.clear();
    let report = check(&bucket, &["--digests-only"]);
    report.exits(0).has_digests(&[]).has_logs(&[]);
    assert_eq!(report.json["summary"]["digests"]["valid"], 8);
    assert_eq!(report.json["summary"]["logs"]["valid"].as_i64().unwrap_or(0), 0);
}

#[test]
fn files_of_other_families_are_checked_where_a_digest_lists_them() {
    let mut chain = Chain::hours(8);
    let log = chain.log_in("CloudTrail-Insight", chain.digests[4].start);
    chain.digests[4].logs.push(log.clone());
    let mut bucket = Bucket::of(&[&chain]);
    check(&bucket, &[]).is_clean();
    bucket.object(&log.key).bytes = gzip(b"{\"Records\":[]}");
    check(&bucket, &[]).exits(1).has_logs(&[(&log.key, "modified")]);
}
