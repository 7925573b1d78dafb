//! A trail whose bucket was changed: the chain goes on in the new one and begins in the old.

use serde_json::Value;

use crate::s3::S3Server;
use crate::sign::{Bucket, Chain, gzip};

use super::run::check;
use super::s3::{upload_as, verify};

/// Eight hours, the first four of them delivered to a bucket of another name.
fn moved_house(old: &str, new: &str) -> (Chain, Bucket) {
    let mut chain = Chain::hours(8);
    for (hour, digest) in chain.digests.iter_mut().enumerate() {
        let old = old.to_owned();
        digest.edit(move |document| {
            if (1..=4).contains(&hour) {
                document["previousDigestS3Bucket"] = old.clone().into();
            }
            if hour < 4 {
                document["digestS3Bucket"] = old.clone().into();
                for log in document["logFiles"].as_array_mut().into_iter().flatten() {
                    log["s3Bucket"] = old.clone().into();
                }
            }
        });
    }
    let bucket = Bucket::named(new, &[&chain]);
    (chain, bucket)
}

/// The two halves of what [`moved_house`] signed.
fn halves(chain: &Chain, bucket: &Bucket) -> (Bucket, Bucket) {
    let (mut old, mut new) = (bucket.clone(), bucket.clone());
    let is_old = |key: &str| {
        (0..4).any(|hour| key == chain.digest(hour) || chain.digests[hour].logs.iter().any(|log| log.key == key))
    };
    old.objects.retain(|key, _| is_old(key));
    new.objects.retain(|key, _| !is_old(key));
    (old, new)
}

#[test]
fn a_copy_of_both_buckets_in_one_tree_is_whole() {
    let (chain, mut bucket) = moved_house("old-archive", "new-archive");
    let report = check(&bucket, &[]);
    report.exits(0).has_digests(&[]).has_logs(&[]);
    let statuses: Vec<_> = report.digests().map(|digest| digest["status"].clone()).collect();
    assert_eq!(statuses, vec![Value::from("valid"); 8]);
    bucket.object(&chain.log_key(2, 0)).bytes = gzip(b"{}");
    check(&bucket, &[]).exits(1);
}

#[test]
fn a_copy_of_the_new_bucket_alone_says_where_the_rest_is() {
    let (chain, bucket) = moved_house("old-archive", "new-archive");
    let (_, new) = halves(&chain, &bucket);
    let report = check(&new, &[]);
    report.exits(1);
    let missing: Vec<_> = report.digests().filter(|digest| digest["status"] == "missing").collect();
    assert_eq!(missing.len(), 1, "{:#}", report.json);
    assert_eq!(missing[0]["uri"], format!("s3://old-archive/{}", chain.digest(3)));
    assert!(
        missing[0]["detail"].as_str().is_some_and(|detail| detail.contains("in bucket old-archive")),
        "{missing:?}"
    );
}

#[test]
fn links_are_followed_into_the_old_bucket() {
    let Some(server) = S3Server::shared() else { return };
    let (chain, bucket) = moved_house("verify-house-old", "verify-house-new");
    let (old, new) = halves(&chain, &bucket);
    upload_as(server, &old, "verify-house-old");
    upload_as(server, &new, "verify-house-new");
    let report = verify(server, &bucket, "verify-house-new", &[]);
    report.has_digests(&[]).has_logs(&[]).exits(0);
    assert_eq!(report.json["summary"]["digests"]["valid"], 8);
    assert_eq!(report.json["summary"]["logs"]["valid"], 14);
}
