//! What `trailql policy` allows is what a scan asks for: every request of one is allowed, and its neighbours are not.

use std::process::Command;

use serde_json::Value;

use super::{Archive, Delivery, Proxy, Request, S3Server};

const ROOT: &str = "trail/AWSLogs";

/// Two accounts of a trail and one of an organization, two regions each, and what lies beside them.
fn fill(server: &S3Server, bucket: &str) {
    let mut archive = Archive::new();
    for (root, account) in [
        (ROOT, "111111111111"),
        (ROOT, "222222222222"),
        ("trail/AWSLogs/o-exampleorg", "111111111111"),
        ("trail/AWSLogs/o-anotherorg", "333333333333"),
    ] {
        for region in ["us-east-1", "eu-west-1"] {
            for kind in ["CloudTrail", "CloudTrail-Insight"] {
                let delivery = Delivery { root, account, kind, region, at: "20250311T0005Z" };
                archive.deliver(delivery, &["2025-03-11T00:01:00Z"]);
                archive.add_neighbours(delivery, "2025-03-11T00:01:00Z");
            }
        }
    }
    server.upload(bucket, archive.folder());
}

fn trailql(args: &[&str], server: &S3Server) -> (Option<i32>, String, String) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(env!("CARGO_BIN_EXE_trailql"))
        .args(args)
        .env_clear()
        .env("HOME", home.path())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ACCESS_KEY_ID", &server.keys().access_key)
        .env("AWS_SECRET_ACCESS_KEY", &server.keys().secret_key)
        .current_dir(home.path())
        .output()
        .expect("trailql can be started");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Whether a pattern of IAM takes a text: `*` is any text, `?` any character.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some(b'*'), _) => fits(&pattern[1..], text) || !text.is_empty() && fits(pattern, &text[1..]),
        (Some(b'?'), Some(_)) => fits(&pattern[1..], &text[1..]),
        (Some(one), Some(other)) if one == other => fits(&pattern[1..], &text[1..]),
        _ => false,
    }
}

fn values(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .map_or_else(|| value.as_str().into_iter().collect(), |list| list.iter().filter_map(Value::as_str).collect())
}

/// Whether a policy allows an action on a resource, for a listing with this prefix.
fn allows(policy: &Value, action: &str, resource: &str, prefix: Option<&str>) -> bool {
    let statements = policy["Statement"].as_array().expect("statements");
    statements.iter().any(|statement| {
        let is_of = values(&statement["Action"]).contains(&action)
            && values(&statement["Resource"]).iter().any(|pattern| fits(pattern.as_bytes(), resource.as_bytes()));
        let condition = &statement["Condition"]["StringLike"]["s3:prefix"];
        let holds = condition.is_null()
            || prefix.is_some_and(|prefix| {
                values(condition).iter().any(|pattern| fits(pattern.as_bytes(), prefix.as_bytes()))
            });
        is_of && holds
    })
}

fn allows_request(policy: &Value, request: &Request) -> bool {
    let bucket = format!("arn:aws:s3:::{}", request.bucket);
    if request.is_list() {
        return allows(policy, "s3:ListBucket", &bucket, request.query("prefix"));
    }
    allows(policy, "s3:GetObject", &format!("{bucket}/{}", request.key), None)
}

/// Reads an archive with these options; every request must be allowed by the policy for the same options.
fn check(below: &str, more: &[&str], records: usize) -> Option<Value> {
    let server = S3Server::shared()?;
    let bucket = "policy";
    fill(server, bucket);
    let proxy = Proxy::in_front_of(server.endpoint());
    let endpoint = proxy.endpoint();
    let archive = format!("s3://{bucket}/{below}");
    let query = ["--endpoint-url", &endpoint, "--aws-region", "us-east-1", "-o", "csv", "-c"];
    // Every folder of records is read for this.
    let count = ["SELECT count(*) AS n FROM cloudtrail"];
    let (code, rows, said) = trailql(&[&["query", &archive], &query[..], &count[..], more].concat(), server);
    assert_eq!((code, rows.as_str()), (Some(0), format!("n\n{records}\n").as_str()), "{below} {more:?}: {said}");
    let (code, policy, said) = trailql(&[&["policy", &archive], more].concat(), server);
    assert_eq!(code, Some(0), "{said}");
    let policy: Value = serde_json::from_str(&policy).expect("a policy");
    let requests = proxy.requests();
    assert!(requests.iter().any(Request::is_get) && requests.iter().any(Request::is_list));
    for request in requests {
        assert!(allows_request(&policy, &request), "{below} {more:?}: {request:?} is not allowed by {policy:#}");
    }
    for other in ["Config", "vpcflowlogs", "CloudTrail-Digest", "CloudTrail-Aggregated"] {
        let key = format!("arn:aws:s3:::{bucket}/{ROOT}/111111111111/{other}/us-east-1/2025/03/11/x.json.gz");
        assert!(!allows(&policy, "s3:GetObject", &key, None), "{below} {more:?}: {other}");
    }
    let elsewhere = format!("arn:aws:s3:::{bucket}/other/AWSLogs/111111111111/CloudTrail/us-east-1/x.json.gz");
    assert!(below.is_empty() || !allows(&policy, "s3:GetObject", &elsewhere, None));
    assert!(!allows(&policy, "s3:GetObject", "arn:aws:s3:::another/trail/AWSLogs/111111111111/CloudTrail/x", None));
    assert!(!allows(&policy, "s3:PutObject", &format!("arn:aws:s3:::{bucket}/x"), None));
    Some(policy)
}

#[test]
fn every_request_of_a_scan_is_allowed_and_its_neighbours_are_not() {
    // Four trails, two regions, two folders.
    let _ = check("trail/AWSLogs", &[], 16);
    let _ = check("trail", &[], 16);
    let _ = check("", &[], 16);
    let _ = check("trail/AWSLogs/o-exampleorg", &[], 4);
    let _ = check("trail/AWSLogs/222222222222", &[], 4);
    let _ = check("trail/AWSLogs/222222222222/CloudTrail", &[], 2);
    let _ = check("trail/AWSLogs/222222222222/CloudTrail/us-east-1/2025/03", &[], 1);
}

#[test]
fn accounts_regions_and_organizations_narrow_what_is_allowed() {
    let key = |way: &str| format!("arn:aws:s3:::policy/{ROOT}/{way}/2025/03/11/x.json.gz");
    let Some(policy) = check("trail/AWSLogs", &["--account", "111111111111", "--region", "us-east-1"], 4) else {
        return;
    };
    assert!(allows(&policy, "s3:GetObject", &key("111111111111/CloudTrail/us-east-1"), None));
    assert!(!allows(&policy, "s3:GetObject", &key("222222222222/CloudTrail/us-east-1"), None));
    assert!(!allows(&policy, "s3:GetObject", &key("111111111111/CloudTrail/eu-west-1"), None));
    let other = "trail/AWSLogs/222222222222/CloudTrail/";
    assert!(!allows(&policy, "s3:ListBucket", "arn:aws:s3:::policy", Some(other)));
    let organization = ["--org", "o-exampleorg"];
    let Some(policy) = check("trail/AWSLogs", &organization, 4) else { return };
    assert!(!allows(&policy, "s3:GetObject", &key("o-anotherorg/333333333333/CloudTrail/us-east-1"), None));
    let _ = check("trail", &["--account", "111111111111"], 8);
}

#[test]
fn listings_of_digest_files_are_allowed_where_they_are_verified() {
    let Some(server) = S3Server::shared() else { return };
    fill(server, "policy-digests");
    for (below, more) in [
        ("trail/AWSLogs", &["--account", "111111111111", "--region", "us-east-1"][..]),
        ("trail/AWSLogs/222222222222", &[]),
        ("trail", &["--org", "o-exampleorg"]),
    ] {
        let proxy = Proxy::in_front_of(server.endpoint());
        let endpoint = proxy.endpoint();
        let archive = format!("s3://policy-digests/{below}");
        let coverage = ["coverage", &archive, "--digests", "--endpoint-url", &endpoint, "--aws-region", "us-east-1"];
        let (code, _, said) = trailql(&[&coverage[..], more].concat(), server);
        assert_eq!(code, Some(0), "{below} {more:?}: {said}");
        let (code, policy, said) = trailql(&[&["policy", "--verify", &archive], more].concat(), server);
        assert_eq!(code, Some(0), "{said}");
        let policy: Value = serde_json::from_str(&policy).expect("a policy");
        assert!(allows(&policy, "cloudtrail:ListPublicKeys", "*", None));
        let of_digests =
            |request: &&Request| request.query("prefix").is_some_and(|it| it.contains("CloudTrail-Digest"));
        assert!(proxy.requests().iter().any(|request| of_digests(&request)));
        for request in proxy.requests() {
            assert!(allows_request(&policy, &request), "{below} {more:?}: {request:?} is not allowed by {policy:#}");
        }
    }
}
