//! `trailql public-keys` against a server that answers as CloudTrail does.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

/// A request, as far as it matters here.
#[derive(Debug, Clone)]
struct Request {
    target: String,
    authorization: String,
    body: Value,
}

impl Request {
    /// The region that the signature is for.
    fn region(&self) -> String {
        let scope = self.authorization.split("Credential=").nth(1).unwrap_or_default();
        scope.split('/').nth(2).unwrap_or_default().to_owned()
    }
}

/// CloudTrail, or what takes its place: answers with a status and a document.
struct CloudTrail {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl CloudTrail {
    fn answering(answer: impl Fn(&Request) -> (u16, Value) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let Some(request) = read(&stream) else { continue };
                seen.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
                let (status, body) = answer(&request);
                let body = body.to_string();
                let head = format!(
                    "HTTP/1.1 {status} Said\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _ = (&stream).write_all(format!("{head}{body}").as_bytes());
            }
        });
        Self { address, requests }
    }

    fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn ask(&self, arguments: &[&str]) -> Output {
        trailql(arguments)
            .env("AWS_ENDPOINT_URL_CLOUDTRAIL", format!("http://{}", self.address))
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_MAX_ATTEMPTS", "1")
            .output()
            .expect("trailql runs")
    }
}

/// The command without anything of the machine's own configuration of AWS.
fn trailql(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailql"));
    command.arg("public-keys").args(arguments).env("NO_COLOR", "1").env("AWS_EC2_METADATA_DISABLED", "true");
    for variable in ["AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID"] {
        command.env_remove(variable);
    }
    command.env("AWS_CONFIG_FILE", "/nonexistent").env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
    command
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let (mut target, mut authorization, mut length) = (String::new(), String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ") {
            match name.to_ascii_lowercase().as_str() {
                "x-amz-target" => target = value.to_owned(),
                "authorization" => authorization = value.to_owned(),
                "content-length" => length = value.parse().ok()?,
                _ => {}
            }
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { target, authorization, body: serde_json::from_slice(&body).ok()? })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// A listed key whose value is these bytes in base64, with their MD5: no RSA key, which is said and nothing more.
fn key(value: &str, fingerprint: &str) -> Value {
    json!({"Value": value, "ValidityStartTime": 1_709_769_600.0, "ValidityEndTime": 1_712_361_600, "Fingerprint": fingerprint})
}

fn key_a() -> Value {
    key("YQ==", "0cc175b9c0f1b6a831c399e269772661")
}

fn key_b() -> Value {
    key("Yg==", "92eb5ffee6ae2fec3ad71c777531578f")
}

const RANGE: [&str; 4] = ["--start", "2024-03-10", "--end", "2024-03-11T12:00:00Z"];

fn with_range<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    arguments.iter().copied().chain(RANGE).collect()
}

#[test]
fn all_pages_of_all_regions_become_one_file() {
    let server = CloudTrail::answering(|request| {
        let answer = match (request.region().as_str(), request.body.get("NextToken").and_then(Value::as_str)) {
            ("us-east-1", None) => json!({"PublicKeyList": [key_a()], "NextToken": "2"}),
            // The same key on two pages stands once.
            ("us-east-1", Some("2")) => json!({"PublicKeyList": [key_a(), key_b()]}),
            _ => json!({"PublicKeyList": [key("Yw==", "4a8a08f09d37b73795649038408b5f33")]}),
        };
        (200, answer)
    });
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("keys.json");
    let shown = out.display().to_string();
    let output =
        server.ask(&with_range(&["--region", "us-east-1,eu-west-1", "--region", "us-east-1", "--out", &shown]));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stderr).ends_with("2 keys of us-east-1, 1 key of eu-west-1\n"), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());

    let written: Value = serde_json::from_slice(&std::fs::read(&out).expect("a file")).expect("JSON");
    let fingerprints: Vec<_> = written["PublicKeyList"].as_array().expect("a list").iter().collect();
    assert_eq!(fingerprints.len(), 3);
    let expected = json!({
        "Value": "YQ==",
        "ValidityStartTime": "2024-03-07T00:00:00+00:00",
        "ValidityEndTime": "2024-04-06T00:00:00+00:00",
        "Fingerprint": "0cc175b9c0f1b6a831c399e269772661",
    });
    assert_eq!(written["PublicKeyList"][0], expected);
    assert_eq!(written["PublicKeyList"][1]["Value"], "Yg==");

    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    for request in &requests {
        // Older clients write `com.amazonaws.cloudtrail.v20131101.` in front.
        assert_eq!(request.target, "CloudTrail_20131101.ListPublicKeys");
        let region = request.region();
        assert!(["us-east-1", "eu-west-1"].contains(&region.as_str()));
        assert!(request.authorization.contains(&format!("/{region}/cloudtrail/aws4_request")), "{request:?}");
        // From the start to two hours after the end.
        assert_eq!(request.body["StartTime"], 1_710_028_800);
        assert_eq!(request.body["EndTime"], 1_710_158_400 + 2 * 3600);
    }
}

#[test]
fn an_empty_answer_is_told() {
    let server = CloudTrail::answering(|request| {
        let list = if request.region() == "us-east-1" { vec![key_a()] } else { Vec::new() };
        (200, json!({"PublicKeyList": list}))
    });
    let output = server.ask(&with_range(&["--region", "eu-west-1"]));
    assert_eq!(output.status.code(), Some(3));
    let told = text(&output.stderr);
    let expected = "warning: region eu-west-1 has no public keys between 2024-03-10T00:00:00Z and 2024-03-11T12:00:00Z";
    assert!(told.contains(expected), "{told}");
    assert!(told.ends_with("0 keys of eu-west-1\n"), "{told}");
    let output = server.ask(&with_range(&["--region", "eu-west-1,us-east-1"]));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn who_may_not_ask_is_told_and_other_regions_are_written() {
    let server = CloudTrail::answering(|request| match request.region().as_str() {
        "us-east-1" => (200, json!({"PublicKeyList": [key_a()]})),
        _ => (
            400,
            json!({"__type": "AccessDeniedException", "Message": "User: arn:aws:iam::111122223333:user/eve is not authorized"}),
        ),
    });
    let output = server.ask(&with_range(&["--region", "eu-west-1,us-east-1"]));
    assert_eq!(output.status.code(), Some(4));
    let told = text(&output.stderr);
    let expected = "error: cannot read the public keys of region eu-west-1: access key AKIAIOSFODNN7EXAMPLE may not \
                    cloudtrail:ListPublicKeys in eu-west-1: AccessDeniedException: User: \
                    arn:aws:iam::111122223333:user/eve is not authorized";
    assert!(told.contains(expected), "{told}");
    assert!(told.contains("1 key of us-east-1"), "{told}");
    let written: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(written["PublicKeyList"].as_array().map(Vec::len), Some(1));

    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("keys.json");
    let output = server.ask(&with_range(&["--region", "eu-west-1", "--out", &out.display().to_string()]));
    assert_eq!(output.status.code(), Some(4));
    assert!(!out.exists(), "nothing is written where nobody answered");
}

#[test]
fn a_server_that_repeats_itself_is_left() {
    let server = CloudTrail::answering(|_| (200, json!({"PublicKeyList": [], "NextToken": "again"})));
    let output = server.ask(&with_range(&["--region", "us-east-1"]));
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("the same page again and again"), "{}", text(&output.stderr));
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn other_failures_are_told_in_the_services_words() {
    let server =
        CloudTrail::answering(|_| (400, json!({"__type": "InvalidTimeRangeException", "message": "no range."})));
    let output = server.ask(&with_range(&["--region", "us-east-1"]));
    assert_eq!(output.status.code(), Some(3));
    let told = text(&output.stderr);
    let expected = "cannot read the public keys of region us-east-1: InvalidTimeRangeException: no range\n";
    assert!(told.contains(expected), "{told}");
}

#[test]
fn without_credentials_nobody_is_asked() {
    let output = trailql(&with_range(&["--region", "us-east-1"])).output().expect("trailql runs");
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("no usable AWS credentials"), "{}", text(&output.stderr));
    let output = trailql(&with_range(&["--region", "us-east-1", "--no-sign-request"])).output().expect("trailql runs");
    assert_eq!(output.status.code(), Some(4));
}

#[test]
fn what_is_missing_or_odd_on_the_command_line_is_told() {
    for (arguments, expected) in [
        (with_range(&[]), "no region was given"),
        (vec!["--region", "us-east-1"], "--start is missing"),
        (vec!["--region", "us-east-1", "--start", "2024-03-11", "--end", "2024-03-10"], "before it begins"),
        (vec!["--region", "us-east-1", "--start", "soon"], "cannot read `soon` as the time of `--start`"),
        (with_range(&["--region", "evil.example"]), "`evil.example` is no name of a region"),
    ] {
        let output = trailql(&arguments).output().expect("trailql runs");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let told = text(&output.stderr);
        assert!(told.contains(expected) && told.contains("help: "), "{told}");
    }
}
