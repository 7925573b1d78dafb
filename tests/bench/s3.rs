//! Many small log files in a bucket that takes its time: how far requests in flight hide the waiting.
//!
//! ```sh
//! cargo bench --bench s3
//! ```
//!
//! The bucket is that of the tests, behind a proxy that answers from memory and holds every answer back, so the
//! table tells how requests are asked for and not how fast a Python server is. The unit is a plain client that
//! asks for one object after another; beside it stands one that lists and then keeps 64 requests in flight, which
//! is what trailql may take itself. A figure beyond its limit is set in bold; the exit code is 0 all the same.
//!
//! `TRAILQL_BENCH_BINARY` names another trailql to measure.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints its table and what it is doing")]
#![expect(dead_code, reason = "the tests ask more of their server")]

#[path = "../it/s3/archive.rs"]
mod archive;
#[path = "../it/s3/install.rs"]
mod install;
mod measure;
#[path = "../it/s3/message.rs"]
mod message;
#[path = "../it/s3/proxy.rs"]
mod proxy;
#[path = "../it/s3/server.rs"]
mod server;

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use futures::{StreamExt as _, TryStreamExt as _};
use object_store::ObjectStore;
use object_store::ObjectStoreExt as _;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;

use archive::{Archive, Delivery};
use measure::Samples;
use proxy::Proxy;
use server::S3Server;

fn main() -> ExitCode {
    match S3Server::start() {
        Ok(server) => {
            println!("{}", bench(&server));
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("nothing is measured without an S3 server: {why}");
            ExitCode::SUCCESS
        }
    }
}

#[tokio::main]
async fn bench(server: &S3Server) -> String {
    eprintln!("delivering {FILES} log files");
    let folder = deliver();
    server.upload(BUCKET, folder.folder());
    let proxy = Proxy::in_front_of(server.endpoint());
    proxy.remember();
    let store = store(server, &proxy);
    let mut trailql = trailql(server, &proxy);

    // Once to fill the proxy's memory, by each: they list in different ways.
    at_once(&store).await;
    Samples::default().take_up_to(1, &mut trailql);
    proxy.delay(DELAY);
    proxy.forget();

    let (mut one_by_one, mut at_once_times, mut samples) = (Vec::new(), Vec::new(), Samples::default());
    for round in 1..=ROUNDS {
        eprintln!("round {round} of {ROUNDS}");
        one_by_one.push(sequential(&store).await);
        at_once_times.push(at_once(&store).await);
        proxy.forget();
        tokio::task::block_in_place(|| samples.take_up_to(ROUNDS, &mut trailql));
    }
    let (lists, gets): (Vec<_>, Vec<_>) = proxy.requests().into_iter().partition(message::Request::is_list);
    let requests = format!("{} listings and {} objects asked for by trailql", lists.len(), gets.len());
    if let Some(failure) = samples.failure() {
        return format!("FAILED: {failure}");
    }
    let trailql = samples.seconds().unwrap_or(f64::INFINITY);
    let (one_by_one, at_once) = (median(&mut one_by_one), median(&mut at_once_times));
    let (gain, price) = (one_by_one / trailql, trailql / at_once);
    let ideal = (FILES as f64 / IN_FLIGHT as f64).ceil() * DELAY.as_secs_f64();
    format!(
        "{FILES} log files, {} ms an answer; {requests}; peak {:.0} MB.\n\n\
         | what | seconds | times faster than one by one | limit | ratio to {IN_FLIGHT} in flight | limit |\n\
         | --- | ---: | ---: | ---: | ---: | ---: |\n\
         | one object after another | {one_by_one:.1} | 1.0 | | | |\n\
         | waiting alone, {IN_FLIGHT} at a time | {ideal:.2} | {:.1} | | {:.2} | |\n\
         | list, then {IN_FLIGHT} in flight | {at_once:.2} | {:.1} | | 1.00 | |\n\
         | trailql, count(*) | {trailql:.2} | {} | ≥ {GAIN} | {} | ≤ {PRICE} |",
        DELAY.as_millis(),
        samples.peak().unwrap_or_default() as f64 / 1e6,
        one_by_one / ideal,
        ideal / at_once,
        one_by_one / at_once,
        figure(gain, 1, gain < GAIN),
        figure(price, 2, price > PRICE),
    )
}

/// Log files of four weeks, two regions, three records each.
fn deliver() -> Archive {
    let mut archive = Archive::new();
    for number in 0..FILES {
        let (day, minute) = (number / 2 % 28 + 1, number / 56 % 288 * 5);
        let at = format!("202502{day:02}T{:02}{:02}Z", minute / 60, minute % 60);
        let time = format!("2025-02-{day:02}T{:02}:{:02}:00Z", minute / 60, minute % 60);
        let region = if number % 2 == 0 { "us-east-1" } else { "eu-west-1" };
        let delivery =
            Delivery { root: "AWSLogs", account: "123456789012", kind: "CloudTrail", region, at: at.as_str() };
        archive.deliver(delivery, &[time.as_str(); 3]);
    }
    archive
}

fn store(server: &S3Server, proxy: &Proxy) -> AmazonS3 {
    let keys = server.keys();
    AmazonS3Builder::new()
        .with_endpoint(proxy.endpoint())
        .with_allow_http(true)
        .with_region("us-east-1")
        .with_bucket_name(BUCKET)
        .with_access_key_id(&keys.access_key)
        .with_secret_access_key(&keys.secret_key)
        .build()
        .expect("a complete configuration")
}

fn trailql(server: &S3Server, proxy: &Proxy) -> Command {
    let binary = std::env::var_os("TRAILQL_BENCH_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_trailql").into());
    let mut command = Command::new(binary);
    command
        .args(["query", &format!("s3://{BUCKET}"), "--endpoint-url", &proxy.endpoint(), "--aws-region", "us-east-1"])
        .args(["-o", "csv", "-c", "SELECT count(*) FROM cloudtrail"])
        .env_clear()
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ACCESS_KEY_ID", &server.keys().access_key)
        .env("AWS_SECRET_ACCESS_KEY", &server.keys().secret_key);
    command
}

async fn keys(store: &AmazonS3) -> Vec<Path> {
    store.list(None).map_ok(|object| object.location).try_collect().await.expect("a listing")
}

async fn get(store: &AmazonS3, key: &Path) {
    store.get(key).await.expect("an object").bytes().await.expect("its bytes");
}

/// Seconds for all files, reckoned from the first few.
async fn sequential(store: &AmazonS3) -> f64 {
    let start = Instant::now();
    let keys = keys(store).await;
    let listed = start.elapsed().as_secs_f64();
    let start = Instant::now();
    for key in &keys[..SOME] {
        get(store, key).await;
    }
    listed + start.elapsed().as_secs_f64() / SOME as f64 * keys.len() as f64
}

/// Seconds for all files with many requests in flight.
async fn at_once(store: &AmazonS3) -> f64 {
    let start = Instant::now();
    let keys = keys(store).await;
    assert_eq!(keys.len(), FILES);
    futures::stream::iter(&keys).for_each_concurrent(IN_FLIGHT, |key| get(store, key)).await;
    start.elapsed().as_secs_f64()
}

fn median(seconds: &mut [f64]) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

fn figure(value: f64, decimals: usize, is_over: bool) -> String {
    if is_over { format!("**{value:.decimals$}** ✗") } else { format!("{value:.decimals$}") }
}

const BUCKET: &str = "bench";
const FILES: usize = 5000;
/// What the plain client asks for before it reckons.
const SOME: usize = 200;
/// How long each answer is held back: a bucket in the same part of the world.
const DELAY: Duration = Duration::from_millis(30);
const IN_FLIGHT: usize = 64;
const ROUNDS: usize = 3;
/// How much faster than one by one trailql must be.
const GAIN: f64 = 20.0;
/// How much slower than requests in flight allow it may be.
const PRICE: f64 = 1.5;
