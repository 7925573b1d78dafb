//! The S3 server as a test sees it: an endpoint, keys, buckets.

use std::io::{BufRead as _, BufReader, Read as _, Seek as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::{Value, json};

use super::install::{self, Environment};

/// A running S3 server that checks signatures and policies. Region `us-east-1`, path-style addresses.
///
/// It ends when this value is dropped, or when the test process does, however that comes about: it watches the
/// pipe through which it is told what to do.
pub(crate) struct S3Server {
    endpoint: String,
    keys: Keys,
    pipes: Mutex<Pipes>,
    child: Child,
}

/// Who asks: an access key and its secret.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
}

struct Pipes {
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl S3Server {
    /// The server that the tests of this process share, each with buckets of its own.
    ///
    /// `None` when there can be none here and `TRAILQL_TEST_S3` does not insist; the reason has been printed.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: LazyLock<Result<S3Server, String>> = LazyLock::new(S3Server::start);
        match &*SHARED {
            Ok(server) => Some(server),
            Err(why) if wish().as_deref() == Some("required") => {
                panic!("TRAILQL_TEST_S3=required, and there is no S3 server: {why}")
            }
            Err(why) => {
                say(&format!("SKIPPED {}: no S3 server: {why}", std::thread::current().name().unwrap_or("a test")));
                None
            }
        }
    }

    /// A server of one's own.
    ///
    /// # Errors
    /// Why there can be none, in a sentence.
    pub(crate) fn start() -> Result<Self, String> {
        if wish().as_deref() == Some("off") {
            return Err("TRAILQL_TEST_S3=off".to_owned());
        }
        let python = install::python(&ENVIRONMENT)?;
        // Unnamed: the server may outlive the folder of whoever started it.
        let mut log = tempfile::tempfile().map_err(|error| error.to_string())?;
        let mut command = Command::new(python);
        for (name, _) in std::env::vars_os() {
            let upper = name.to_string_lossy().to_uppercase();
            if ["AWS_", "MOTO_", "PYTHON"].iter().any(|ours| upper.starts_with(ours)) || upper.ends_with("_PROXY") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/s3/server.py"))
            .env("AWS_CONFIG_FILE", "none")
            .env("AWS_SHARED_CREDENTIALS_FILE", "none")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Not the test's own: a runner would wait for its end.
            .stderr(log.try_clone().map_err(|error| error.to_string())?)
            .spawn()
            .map_err(|error| format!("cannot start the S3 server: {error}"))?;
        let (Some(orders), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            unreachable!("both were piped in the lines above");
        };
        let mut pipes = Pipes { orders, answers: BufReader::new(answers) };
        match pipes.answer() {
            Ok(hello) => {
                Ok(Self { endpoint: text(&hello, "endpoint"), keys: Keys::of(&hello), pipes: Mutex::new(pipes), child })
            }
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                let mut said = String::new();
                let _ = log.rewind().and_then(|()| log.read_to_string(&mut said));
                Err(format!("the S3 server did not come up: {error}\n{said}"))
            }
        }
    }

    /// `http://127.0.0.1:` and the port.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Keys of a user who may do everything.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Makes a bucket; its name must be new.
    pub(crate) fn create_bucket(&self, bucket: &str) {
        self.order(&json!({"do": "bucket", "bucket": bucket}));
    }

    /// Makes a bucket and puts every file below `folder` into it, its path relative to `folder` as the key.
    pub(crate) fn upload(&self, bucket: &str, folder: &Path) {
        self.create_bucket(bucket);
        self.order(&json!({"do": "upload", "bucket": bucket, "folder": folder}));
    }

    /// Puts one object with user metadata, names without `x-amz-meta-`; digest files carry signatures there.
    /// `content-encoding` is what HTTP means by it.
    pub(crate) fn put(&self, bucket: &str, key: &str, body: &[u8], metadata: &[(&str, &str)]) {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        file.write_all(body).expect("a temporary file can be written");
        let metadata: serde_json::Map<_, _> =
            metadata.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        self.order(&json!({"do": "put", "bucket": bucket, "key": key, "path": file.path(), "metadata": metadata}));
    }

    /// A new user who may do what the policy says and nothing else. Conditions are not looked at.
    pub(crate) fn user_with_policy(&self, policy: &Value) -> Keys {
        Keys::of(&self.order(&json!({"do": "user", "policy": policy.to_string()})))
    }

    /// Lets everybody read the bucket without a signature.
    pub(crate) fn publish(&self, bucket: &str) {
        self.order(&json!({"do": "publish", "bucket": bucket}));
    }

    fn order(&self, order: &Value) -> Value {
        let mut pipes = self.pipes.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = writeln!(pipes.orders, "{order}").map_err(|error| error.to_string()).and_then(|()| pipes.answer());
        drop(pipes);
        match answer {
            Ok(answer) if answer.get("error").is_none() => answer,
            Ok(answer) => panic!("the S3 server refuses {order}: {answer}"),
            Err(error) => panic!("the S3 server does not answer {order}: {error}"),
        }
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Keys {
    fn of(answer: &Value) -> Self {
        Self { access_key: text(answer, "access_key"), secret_key: text(answer, "secret_key") }
    }
}

impl Pipes {
    fn answer(&mut self) -> Result<Value, String> {
        let mut line = String::new();
        self.answers.read_line(&mut line).map_err(|error| error.to_string())?;
        serde_json::from_str(&line).map_err(|_| format!("expected a line of JSON, found `{line}`"))
    }
}

/// Prints past the test runner's capture: a suite that skipped a part must not look whole.
fn say(what: &str) {
    let _ = writeln!(std::io::stderr(), "S3 tests: {what}");
}

fn wish() -> Option<String> {
    std::env::var("TRAILQL_TEST_S3").ok()
}

fn text(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap_or_else(|| panic!("no `{name}` in {answer}")).to_owned()
}

const ENVIRONMENT: Environment = Environment {
    name: "s3-server",
    requirements: include_str!("requirements.txt"),
    modules: &["moto", "flask", "boto3"],
};
