//! Digest files that are none.

use serde_json::{Value, json};

use crate::sign::{Bucket, Chain, gunzip, repeated};

use super::run::{check, text};

/// The fifth digest of eight is malformed, which ends nothing: what is around it is fine.
#[track_caller]
fn fifth_is_malformed(name: &str, chain: &Chain, bucket: &Bucket) -> String {
    let report = check(bucket, &[]);
    assert_eq!(report.status(&chain.digest(4)), "malformed", "{name}: {:#}", report.json);
    report.exits(1).has_digests(&[(&chain.digest(4), "malformed")]).has_holes(&[("invalid", 240, 300)]);
    for log in &chain.digests[4].logs {
        // Listed by what nobody can read, or by what nobody may believe.
        assert!(["uncovered", "unverified"].contains(&report.status(&log.key)), "{:#}", report.json);
    }
    assert_eq!(report.json["summary"]["digests"]["valid"], 7);
    assert_eq!(report.json["summary"]["logs"]["valid"], 12);
    report.entry(&chain.digest(4))["detail"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn damaged_bytes_are_malformed() {
    type Change = fn(&mut Vec<u8>);
    let changes: [(&str, Change); 9] = [
        ("empty", Vec::clear),
        ("not packed", |bytes| *bytes = gunzip(bytes)),
        ("cut", |bytes| bytes.truncate(bytes.len() - 30)),
        ("without trailer", |bytes| bytes.truncate(bytes.len() - 8)),
        ("trailing bytes", |bytes| bytes.extend(b"trailing bytes")),
        ("trailing zeros", |bytes| bytes.extend([0; 512])),
        ("a second member", |bytes| bytes.extend_from_within(..)),
        ("a wrong checksum", |bytes| {
            let crc = bytes.len() - 8;
            bytes[crc] ^= 0xff;
        }),
        ("noise", |bytes| bytes.iter_mut().enumerate().for_each(|(at, byte)| *byte = (at * 37 % 251) as u8)),
    ];
    for (name, change) in changes {
        let chain = Chain::hours(8);
        let mut bucket = Bucket::of(&[&chain]);
        change(&mut bucket.object(&chain.digest(4)).bytes);
        fifth_is_malformed(name, &chain, &bucket);
    }
}

#[test]
fn a_digest_that_unpacks_without_end_is_too_big() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    bucket.object(&chain.digest(4)).bytes = repeated(b"{\"logFiles\":[", b' ', 257);
    let detail = fifth_is_malformed("a bomb", &chain, &bucket);
    assert!(detail.contains("too big"), "{detail}");
}

#[test]
fn signed_text_that_is_no_document_is_malformed() {
    let texts: [fn(&str) -> Vec<u8>; 8] = [
        |text| format!("[{text}]").into_bytes(),
        |text| text.as_bytes()[..text.len() - 20].to_vec(),
        |text| format!("{text}{text}").into_bytes(),
        |text| format!("{text}x").into_bytes(),
        |_| b"null".to_vec(),
        |_| Vec::new(),
        |_| format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000)).into_bytes(),
        |text| text.replacen("main-trail", "main-\u{fffd}trail", 1).replace('\u{fffd}', "\u{1}").into_bytes(),
    ];
    for (at, rewrite) in texts.into_iter().enumerate() {
        let mut chain = Chain::hours(8);
        chain.digests[4].rewrite(rewrite);
        fifth_is_malformed(&format!("text {at}"), &chain, &Bucket::of(&[&chain]));
    }
}

#[test]
fn signed_bytes_that_are_not_utf_8_are_malformed() {
    let mut chain = Chain::hours(8);
    chain.digests[4].rewrite(|text| {
        let mut bytes = text.as_bytes().to_vec();
        let at = text.find("CloudTrail").expect("a key");
        bytes[at] = 0xff;
        bytes
    });
    fifth_is_malformed("bytes", &chain, &Bucket::of(&[&chain]));
}

#[test]
fn a_field_that_is_absent_or_of_another_type_is_malformed() {
    type Change = fn(&mut Value, &str);
    for field in [
        "awsAccountId",
        "digestStartTime",
        "digestEndTime",
        "digestS3Bucket",
        "digestS3Object",
        "digestPublicKeyFingerprint",
        "previousDigestSignature",
        "logFiles",
    ] {
        let changes: [(&str, Change); 2] = [
            ("absent", |document, field| drop(document.as_object_mut().expect("an object").remove(field))),
            ("a number", |document, field| document[field] = json!(17)),
        ];
        for (name, change) in changes {
            let mut chain = Chain::hours(8);
            chain.digests[4].edit(move |document| change(document, field));
            let bucket = Bucket::of(&[&chain]);
            // The command line tool does not ask for the account.
            if field == "awsAccountId" {
                check(&bucket, &[]);
                continue;
            }
            fifth_is_malformed(&format!("{field} {name}"), &chain, &bucket);
        }
    }
}

#[test]
fn times_that_are_none_are_malformed() {
    for time in
        ["", "yesterday", "2024-13-10T00:11:09Z", "2024-03-10", "9999999-03-10T00:00:00Z", "2024-03-10T25:00:00Z"]
    {
        for field in ["digestStartTime", "digestEndTime"] {
            let mut chain = Chain::hours(8);
            chain.digests[4].edit(move |document| document[field] = time.into());
            fifth_is_malformed(&format!("{field} `{time}`"), &chain, &Bucket::of(&[&chain]));
        }
    }
}

#[test]
fn a_digest_that_ends_before_it_starts_covers_nothing() {
    let mut chain = Chain::hours(8);
    chain.digests[4].edit(|document| document["digestStartTime"] = "2024-03-10T06:00:00Z".into());
    let report = check(&Bucket::of(&[&chain]), &[]);
    assert_ne!(report.run.code, Some(0), "{:#}", report.json);
    assert_eq!(report.holes().count(), 1, "{:#}", report.json);
}

#[test]
fn listed_files_of_the_wrong_shape_are_malformed() {
    let lists =
        [json!("x"), json!({}), json!([1]), json!([null]), json!([{}]), json!([{"s3Bucket": "b", "s3Object": 3}])];
    for list in lists {
        let mut chain = Chain::hours(8);
        let (name, list) = (list.to_string(), list);
        chain.digests[4].edit(move |document| document["logFiles"] = list.clone());
        fifth_is_malformed(&name, &chain, &Bucket::of(&[&chain]));
    }
}

#[test]
fn a_malformed_digest_says_so_in_the_words_of_the_command_line() {
    let chain = Chain::hours(8);
    let mut bucket = Bucket::of(&[&chain]);
    bucket.object(&chain.digest(4)).bytes.clear();
    text(&bucket, &[])
        .exits(1)
        .says(&format!("Digest file\ts3://trail-archive/{}\tINVALID: invalid format", chain.digest(4)))
        .says("No valid digest between 2024-03-10T04:11:09Z and 2024-03-10T05:11:09Z (1h): 1 digest file");
}

#[test]
fn every_digest_may_be_malformed() {
    let chain = Chain::hours(4);
    let mut bucket = Bucket::of(&[&chain]);
    for index in 0..4 {
        bucket.object(&chain.digest(index)).bytes.clear();
    }
    let report = check(&bucket, &[]);
    report
        .exits(1)
        .has_digests(&[0, 1, 2, 3].map(|index| chain.digest(index)).each_ref().map(|key| (key.as_str(), "malformed")));
    assert!(report.digests().all(|digest| !digest["uri"].to_string().contains("s3:///")), "{:#}", report.json);
    text(&bucket, &[]).exits(1).says("No valid digests found in range");
}
