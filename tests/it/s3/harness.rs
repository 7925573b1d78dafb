//! The server and the proxy behave like S3 where the other tests rely on it; object_store is the judge.

use std::time::{Duration, Instant};

use futures::{StreamExt as _, TryStreamExt as _};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{BackoffConfig, Error, ObjectStore, ObjectStoreExt as _, RetryConfig};
use serde_json::json;

use super::{Fault, Keys, Proxy, S3Server};

fn store(endpoint: &str, keys: &Keys, bucket: &str) -> AmazonS3Builder {
    let backoff = BackoffConfig { init_backoff: Duration::from_millis(5), ..BackoffConfig::default() };
    AmazonS3Builder::new()
        .with_endpoint(endpoint)
        .with_allow_http(true)
        .with_virtual_hosted_style_request(false)
        .with_region("us-east-1")
        .with_bucket_name(bucket)
        .with_access_key_id(&keys.access_key)
        .with_secret_access_key(&keys.secret_key)
        .with_retry(RetryConfig { backoff, max_retries: 4, retry_timeout: Duration::from_secs(10) })
}

fn build(builder: AmazonS3Builder) -> AmazonS3 {
    builder.build().expect("a complete configuration")
}

#[tokio::main(flavor = "current_thread")]
async fn keys(store: &AmazonS3, prefix: Option<&str>) -> Result<Vec<String>, Error> {
    let prefix = prefix.map(Path::from);
    store.list(prefix.as_ref()).map_ok(|object| object.location.to_string()).try_collect().await
}

#[tokio::main(flavor = "current_thread")]
async fn get(store: &AmazonS3, key: &str) -> Result<Vec<u8>, Error> {
    Ok(store.get(&Path::parse(key).expect("a key")).await?.bytes().await?.to_vec())
}

/// The error with its causes, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// A bucket with four objects.
fn fill(server: &S3Server, bucket: &str) {
    server.create_bucket(bucket);
    for key in ["a/1", "a/2", "b/1", "odd/a b+c=d%é"] {
        server.put(bucket, key, format!("body of {key}").as_bytes(), &[]);
    }
}

#[test]
fn listings_have_order_folders_and_a_start() {
    let Some(server) = S3Server::shared() else { return };
    fill(server, "harness-list");
    let proxy = Proxy::in_front_of(server.endpoint());
    let store = build(store(&proxy.endpoint(), server.keys(), "harness-list"));

    assert_eq!(keys(&store, None).unwrap(), ["a/1", "a/2", "b/1", "odd/a b+c=d%é"]);
    assert_eq!(keys(&store, Some("a")).unwrap(), ["a/1", "a/2"]);

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folders = runtime.block_on(store.list_with_delimiter(None)).unwrap();
    assert_eq!(folders.common_prefixes, ["a", "b", "odd"].map(Path::from));
    let later = runtime.block_on(store.list_with_offset(None, &Path::from("a/1")).take(1).collect::<Vec<_>>());
    assert_eq!(later[0].as_ref().unwrap().location, Path::from("a/2"));

    let requests = proxy.requests();
    assert!(requests.iter().all(|request| request.is_list() && request.bucket == "harness-list"), "{requests:?}");
    assert_eq!(requests[1].query("prefix"), Some("a/"));
    assert_eq!(requests[2].query("delimiter"), Some("/"));
    assert_eq!(requests[3].query("start-after"), Some("a/1"));
    assert_eq!(requests[3].header("Host"), Some(&proxy.endpoint()["http://".len()..]));
}

#[test]
fn a_long_listing_comes_in_pages() {
    let Some(server) = S3Server::shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    for n in 0..1100 {
        std::fs::write(folder.path().join(format!("{n:04}")), "").unwrap();
    }
    server.upload("harness-pages", folder.path());
    let proxy = Proxy::in_front_of(server.endpoint());
    let store = build(store(&proxy.endpoint(), server.keys(), "harness-pages"));

    assert_eq!(keys(&store, None).unwrap().len(), 1100);
    assert_eq!(proxy.requests().len(), 2);
    assert!(proxy.requests()[1].query("continuation-token").is_some());
}

#[test]
fn objects_come_whole_and_in_part_with_their_metadata() {
    let Some(server) = S3Server::shared() else { return };
    fill(server, "harness-get");
    server.put("harness-get", "digest", b"{}", &[("signature", "abc")]);
    let proxy = Proxy::in_front_of(server.endpoint());
    let store = build(store(&proxy.endpoint(), server.keys(), "harness-get"));

    assert_eq!(get(&store, "odd/a b+c=d%é").unwrap(), "body of odd/a b+c=d%é".as_bytes());
    assert_eq!(proxy.requests()[0].key, "odd/a b+c=d%é");
    assert!(proxy.requests()[0].is_get());

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let part = runtime.block_on(store.get_range(&Path::from("a/1"), 0..4)).unwrap();
    assert_eq!(part, "body".as_bytes());
    let head = runtime.block_on(store.head(&Path::from("a/1"))).unwrap();
    assert_eq!(head.size, "body of a/1".len() as u64);
    let digest = runtime.block_on(store.get(&Path::from("digest"))).unwrap();
    let signature = object_store::Attribute::Metadata("signature".into());
    assert_eq!(digest.attributes.get(&signature).map(AsRef::as_ref), Some("abc"));
}

#[test]
fn strangers_and_liars_are_refused() {
    let Some(server) = S3Server::shared() else { return };
    fill(server, "harness-refuse");
    let proxy = Proxy::in_front_of(server.endpoint());
    let wrong_secret = Keys { secret_key: "wrong".to_owned(), ..server.keys().clone() };
    let unknown = Keys { access_key: "AKIAIOSFODNN7EXAMPLE".to_owned(), secret_key: "secret".to_owned() };
    for (keys_of, code) in [(wrong_secret, "SignatureDoesNotMatch"), (unknown, "InvalidAccessKeyId")] {
        proxy.forget();
        let store = build(store(&proxy.endpoint(), &keys_of, "harness-refuse"));
        let error = chain(&keys(&store, None).unwrap_err());
        assert!(error.contains(code), "{error}");
        let error = chain(&get(&store, "a/1").unwrap_err());
        assert!(error.contains(code), "{error}");
        assert!(proxy.requests().iter().all(|request| request.status == Some(403)), "{:?}", proxy.requests());
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let Some(server) = S3Server::shared() else { return };
    fill(server, "harness-missing");
    let there = build(store(server.endpoint(), server.keys(), "harness-missing"));
    assert!(matches!(get(&there, "nothing"), Err(Error::NotFound { .. })));
    let not_there = build(store(server.endpoint(), server.keys(), "harness-no-such-bucket"));
    let error = chain(&keys(&not_there, None).unwrap_err());
    assert!(error.contains("NoSuchBucket"), "{error}");
}

#[test]
fn a_policy_decides_by_action_and_object() {
    let Some(server) = S3Server::shared() else { return };
    fill(server, "harness-policy");
    let user = server.user_with_policy(&json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::harness-policy/a/*"},
    ]}));
    let store = build(store(server.endpoint(), &user, "harness-policy"));
    assert_eq!(get(&store, "b/1").unwrap(), b"body of b/1");
    assert!(matches!(get(&store, "a/1"), Err(Error::PermissionDenied { .. })));
    let error = chain(&keys(&store, None).unwrap_err());
    assert!(error.contains("AccessDenied"), "{error}");
}

#[test]
fn unsigned_requests_are_for_public_buckets() {
    let Some(server) = S3Server::shared() else { return };
    fill(server, "harness-public");
    fill(server, "harness-private");
    server.publish("harness-public");
    let unsigned = |bucket| build(store(server.endpoint(), server.keys(), bucket).with_skip_signature(true));
    assert_eq!(keys(&unsigned("harness-public"), None).unwrap().len(), 4);
    assert_eq!(get(&unsigned("harness-public"), "a/1").unwrap(), b"body of a/1");
    let error = chain(&keys(&unsigned("harness-private"), None).unwrap_err());
    assert!(error.contains("AccessDenied"), "{error}");
    assert!(matches!(get(&unsigned("harness-private"), "a/1"), Err(Error::PermissionDenied { .. })));
}

#[test]
fn faults_are_seen_and_retried() {
    let Some(server) = S3Server::shared() else { return };
    fill(server, "harness-faults");
    let proxy = Proxy::in_front_of(server.endpoint());
    let store = build(store(&proxy.endpoint(), server.keys(), "harness-faults"));
    let statuses = || proxy.requests().iter().map(|request| request.status).collect::<Vec<_>>();

    proxy.fail_next(2, 503);
    assert_eq!(keys(&store, None).unwrap().len(), 4);
    assert_eq!(statuses(), [Some(503), Some(503), Some(200)]);

    proxy.forget();
    proxy.fail_next(1, 500);
    assert_eq!(get(&store, "a/1").unwrap(), b"body of a/1");
    assert_eq!(statuses(), [Some(500), Some(200)]);

    proxy.forget();
    proxy.drop_connections(1);
    assert_eq!(get(&store, "a/1").unwrap(), b"body of a/1");
    assert_eq!(statuses(), [None, Some(200)]);

    proxy.forget();
    proxy.fault_next(2, Fault::Cut);
    assert_eq!(get(&store, "a/1").unwrap(), b"body of a/1");
    assert_eq!(statuses(), [Some(200), Some(206), Some(206)]);

    proxy.forget();
    // object_store does not ask again for a listing that broke off, but says so.
    proxy.fault_next(1, Fault::Cut);
    assert!(keys(&store, None).is_err());

    proxy.forget();
    proxy.fault_when(|request| request.key.ends_with("a/2").then_some(Fault::Status(403)));
    assert!(matches!(get(&store, "a/2"), Err(Error::PermissionDenied { .. })));
    assert_eq!(get(&store, "a/1").unwrap(), b"body of a/1");
}

#[test]
fn a_slow_server_is_slow() {
    let Some(server) = S3Server::shared() else { return };
    fill(server, "harness-slow");
    let proxy = Proxy::in_front_of(server.endpoint());
    let store = build(store(&proxy.endpoint(), server.keys(), "harness-slow"));
    proxy.delay(Duration::from_millis(200));
    let start = Instant::now();
    assert_eq!(get(&store, "a/1").unwrap(), b"body of a/1");
    assert!(start.elapsed() >= Duration::from_millis(200));
}

#[test]
fn a_proxy_may_answer_from_memory() {
    let Some(server) = S3Server::shared() else { return };
    fill(server, "harness-memory");
    let proxy = Proxy::in_front_of(server.endpoint());
    let store = build(store(&proxy.endpoint(), server.keys(), "harness-memory"));
    proxy.remember();
    assert_eq!(get(&store, "a/1").unwrap(), b"body of a/1");
    server.put("harness-memory", "a/1", b"another body", &[]);
    assert_eq!(get(&store, "a/1").unwrap(), b"body of a/1");
    assert_eq!(get(&store, "a/2").unwrap(), b"body of a/2");
}
