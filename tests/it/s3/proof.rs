//! `--verified` and `--evidence` over S3.

use crate::proof::{Run, files, key, report, trailql};

use super::S3Server;

#[test]
fn verdicts_and_evidence_hold_for_objects_of_a_bucket() {
    let Some(server) = S3Server::shared() else { return };
    let (bucket, other) = ("proof-trails", "proof-others");
    for bucket in [bucket, other] {
        server.create_bucket(bucket);
        for (key, stored) in files() {
            server.put(bucket, &key, &stored, &[]);
        }
        server.publish(bucket);
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("report.json"), report("s3://proof-trails", bucket).to_string()).expect("a file");
    let run = |arguments: &[&str]| -> Run {
        let how = ["--endpoint-url", server.endpoint(), "--aws-region", "us-east-1", "--no-sign-request", "-q"];
        trailql(folder.path(), &[arguments, &how].concat())
    };
    let query = |location: &str, text: &str, more: &[&str]| {
        let run = run(&[&["query", location, "-o", "csv", "-c", text, "--verified=report.json"], more].concat());
        assert_eq!(run.code, Some(0), "{run:?}");
        run.stdout.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let counts = "SELECT verified, count(*) FROM cloudtrail GROUP BY 1 ORDER BY 1";
    assert_eq!(query("s3://proof-trails", counts, &["--evidence", "e.json"]), ["false,14", "true,1", ",112"]);
    let below = "s3://proof-trails/AWSLogs/111122223333/CloudTrail";
    assert_eq!(query(below, "SELECT count(*) FROM cloudtrail WHERE verified", &[]), ["1"]);
    // The same names in another bucket are other files.
    assert_eq!(query("s3://proof-others", counts, &[]), [",127"]);

    let check = |archives: &[&str]| run(&[&["verify", "--evidence", "e.json"], archives].concat());
    let whole = check(&[]);
    assert_eq!((whole.code, whole.stdout.as_str()), (Some(0), "7 of 7 log files are as they were\n"), "{whole:?}");
    assert_eq!(check(&["s3://proof-others"]).code, Some(0), "a copy will do");
    server.put(bucket, &key("valid"), b"{}", &[]);
    let changed = check(&[]);
    let line = format!("Log file\ts3://proof-trails/{}\tCHANGED: its content differs", key("valid"));
    assert_eq!((changed.code, changed.stdout.lines().next()), (Some(1), Some(line.as_str())), "{changed:?}");
}
