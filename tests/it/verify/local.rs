//! Copies on disk: where metadata is found, and which part of a key a path is.

use std::fs;

use serde_json::{Value, json};

use crate::sign::{Bucket, Chain};

use super::run::{check, check_copy, on_copy};

/// Runs without the side file that lies beside every copy.
fn without_metadata(bucket: &Bucket) -> crate::sign::Copy {
    let copy = bucket.lay_out();
    fs::write(copy.metadata(), json!({"bucket": bucket.name, "objects": {}}).to_string()).expect("a file");
    copy
}

#[test]
fn metadata_may_lie_beside_each_digest_in_several_shapes() {
    let chain = Chain::hours(5);
    let bucket = Bucket::of(&[&chain]);
    let shapes: [fn(Value) -> Value; 4] = [
        |metadata| metadata,
        |metadata| json!({"Metadata": metadata}),
        |metadata| json!({"ETag": "\"x\"", "ContentLength": 3, "Metadata": metadata}),
        |metadata| {
            let fields = metadata.as_object().expect("an object");
            fields.iter().map(|(name, value)| (format!("X-Amz-Meta-{}", name.to_uppercase()), value.clone())).collect()
        },
    ];
    for shape in shapes {
        let copy = without_metadata(&bucket);
        for index in 0..5 {
            let key = chain.digest(index);
            let metadata = json!(bucket.objects[&key].metadata);
            copy.write(&format!("{key}.metadata.json"), shape(metadata).to_string().as_bytes());
        }
        let report = check_copy(&bucket, &copy, &[]);
        report.is_clean();
        assert!(report.digests().all(|digest| digest["signature_source"] == "metadata"), "{:#}", report.json);
        assert!(report.notes("foreign").is_empty());
    }
}

#[test]
fn several_side_files_are_merged() {
    let chains = [Chain::hours(5), Chain::new("444455556666", "us-east-1").with_hours(5)];
    let bucket = Bucket::of(&chains.each_ref());
    let copy = without_metadata(&bucket);
    let paths = chains.each_ref().map(|chain| {
        let mut part = bucket.clone();
        part.objects.retain(|key, _| key.contains(&chain.account));
        let path = copy.beside(&format!("{}.json", chain.account));
        fs::write(&path, part.metadata().to_string()).expect("a file");
        path.display().to_string()
    });
    let more = ["--digest-metadata", &paths[0], "--digest-metadata", &paths[1]];
    check_copy(&bucket, &copy, &more).is_clean();
    // One of them leaves the newest of the other account open.
    check_copy(&bucket, &copy, &more[..2]).exits(0).has_digests(&[(&chains[1].digest(4), "unverified")]);
}

#[test]
fn side_files_that_cannot_be_read_are_wrong_usage() {
    let bucket = Bucket::of(&[&Chain::hours(3)]);
    let copy = bucket.lay_out();
    let path = copy.beside("side.json");
    let more = ["--digest-metadata", &path.display().to_string()];
    on_copy(&bucket, &copy, &more).exits(2).complains("side.json");
    for content in ["", "x", "[1]", "{\"objects\":3}"] {
        fs::write(&path, content).expect("a file");
        on_copy(&bucket, &copy, &more).exits(2);
    }
}

#[test]
fn the_prefix_of_the_bucket_may_be_absent_from_the_copy() {
    let chain = Chain::new("111122223333", "us-east-1").below("audit/2024/").with_hours(5);
    let bucket = Bucket::of(&[&chain]);
    let copy = bucket.lay_out();
    fs::rename(copy.path("audit/2024/AWSLogs"), copy.path("AWSLogs")).expect("a folder");
    fs::remove_dir_all(copy.path("audit")).expect("a folder");
    check_copy(&bucket, &copy, &[]).is_clean();
}

#[test]
fn a_part_of_the_tree_is_an_archive() {
    let chain = Chain::new("111122223333", "us-east-1").below("audit/").with_hours(5);
    let bucket = Bucket::of(&[&chain]);
    for below in ["audit", "audit/AWSLogs", "audit/AWSLogs/111122223333"] {
        let copy = bucket.lay_out();
        let mut command = super::run::trailql();
        command.arg("verify").arg(copy.path(below)).arg("--public-keys").arg(copy.public_keys());
        command.arg("--digest-metadata").arg(copy.metadata()).args(super::run::range(&bucket, &[]));
        let run = super::run::finish(command);
        run.exits(0).says("5/5 digest files valid").says("8/8 log files valid");
    }
}

#[test]
fn chains_with_different_lost_prefixes_do_not_mix() {
    let one = Chain::new("111122223333", "us-east-1").below("one/").with_hours(5);
    let other = Chain::new("111122223333", "us-east-1").below("other/").with_hours(5);
    let mut bucket = Bucket::of(&[&one, &other]);
    // A digest of one, where the other's would be.
    let object = bucket.remove(&one.digest(2));
    bucket.objects.insert(other.digest(2), object);
    let report = check(&bucket, &[]);
    report.exits(1);
    assert_eq!(report.status(&other.digest(2)), "moved");
    assert_eq!(report.status(&one.digest(2)), "missing");
}

#[test]
fn any_bucket_name_is_taken_and_shown() {
    let chain = Chain::hours(5);
    let bucket = Bucket::named("some.other-bucket", &[&chain]);
    let report = check(&bucket, &[]);
    report.is_clean();
    assert!(
        report
            .digests()
            .all(|digest| digest["uri"].as_str().is_some_and(|it| it.starts_with("s3://some.other-bucket/")))
    );
}

#[test]
fn local_paths_are_told_beside_the_names_of_the_bucket() {
    let chain = Chain::hours(5);
    let bucket = Bucket::of(&[&chain]);
    let report = check(&bucket, &[]);
    let path = report.entry(&chain.digest(2))["path"].as_str().unwrap_or_default();
    assert!(path.ends_with(&chain.digest(2)), "{path}");
}

#[cfg(unix)]
#[test]
fn files_that_may_not_be_read_are_unreadable() {
    use std::os::unix::fs::PermissionsExt as _;
    let chain = Chain::hours(8);
    let bucket = Bucket::of(&[&chain]);
    let copy = bucket.lay_out();
    let key = chain.log_key(2, 0);
    fs::set_permissions(copy.path(&key), fs::Permissions::from_mode(0o0)).expect("a file that is there");
    if fs::read(copy.path(&key)).is_ok() {
        // Nothing is hidden from the superuser; a folder in the place of a file is unreadable to everybody.
        fs::remove_file(copy.path(&key)).expect("a file that is there");
        fs::create_dir(copy.path(&key)).expect("a folder");
        assert_ne!(check_copy(&bucket, &copy, &[]).run.code, Some(0));
        return;
    }
    check_copy(&bucket, &copy, &[]).exits(3).has_logs(&[(&key, "unreadable")]);
}
