//! A browser without a window, spoken to over a pipe in the DevTools protocol: JSON, each message ended by a NUL.
//!
//! `TRAILQL_REQUIRE_BROWSER` says that there is one: without it, tests that find none say so and pass.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

/// What browsers of this kind are called.
const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome", "chrome"];
/// The longest that an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running browser with one page, which ends when this is dropped.
pub(crate) struct Browser {
    child: Child,
    orders: ChildStdin,
    answers: Receiver<Value>,
    session: Option<String>,
    next: u64,
    /// What the page did, as the browser tells it.
    events: Vec<Value>,
    _profile: TempDir,
}

impl Browser {
    /// A browser, or none where there is none and nobody insists; that has been printed.
    pub(crate) fn start() -> Option<Self> {
        let is_there = |name: &&&str| {
            Command::new(name).arg("--version").stderr(Stdio::null()).output().is_ok_and(|run| run.status.success())
        };
        let Some(name) = NAMES.iter().find(is_there) else {
            assert!(
                std::env::var_os("TRAILQL_REQUIRE_BROWSER").is_none(),
                "TRAILQL_REQUIRE_BROWSER is set, and there is none of {}",
                NAMES.join(", ")
            );
            let test = std::thread::current().name().unwrap_or("a test").to_owned();
            let _ = writeln!(std::io::stderr(), "SKIPPED {test}: there is none of {}", NAMES.join(", "));
            return None;
        };
        let profile = tempfile::tempdir().expect("a temporary folder");
        // The browser takes orders from descriptor 3 and answers on 4; a shell puts the pipes there.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null", "sh", name])
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let (Some(orders), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            unreachable!("both were piped in the lines above");
        };
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            let mut message = Vec::new();
            while output.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                let answer = serde_json::from_slice(message.strip_suffix(&[0]).unwrap_or(&message));
                message.clear();
                if !answer.is_ok_and(|answer| sender.send(answer).is_ok()) {
                    break;
                }
            }
        });
        let mut browser =
            Self { child, orders, answers, session: None, next: 0, events: Vec::new(), _profile: profile };
        let target = browser.order("Target.createTarget", json!({"url": "about:blank"}));
        let attached = browser.order("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true}));
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Network", "Log"] {
            browser.order(&format!("{domain}.enable"), json!({}));
        }
        Some(browser)
    }

    /// Tells the browser to do something; its answer.
    pub(crate) fn order(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let mut order = json!({"id": self.next, "method": method, "params": params});
        if let Some(session) = &self.session {
            order["sessionId"] = session.as_str().into();
        }
        write!(self.orders, "{order}\0").and_then(|()| self.orders.flush()).expect("a browser that listens");
        let started = Instant::now();
        loop {
            let message = self.receive(PATIENCE.saturating_sub(started.elapsed()), method);
            if message["id"] != self.next {
                self.events.push(message);
                continue;
            }
            assert!(message.get("error").is_none(), "{method}: {message}");
            return message["result"].clone();
        }
    }

    fn receive(&mut self, patience: Duration, what: &str) -> Value {
        match self.answers.recv_timeout(patience) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => panic!("the browser does not answer: {what}"),
            Err(RecvTimeoutError::Disconnected) => panic!("the browser has ended: {what}"),
        }
    }

    /// Opens a file and waits until it is loaded.
    pub(crate) fn open(&mut self, file: &Path) {
        self.events.clear();
        self.order("Page.navigate", json!({"url": format!("file://{}", file.display())}));
        let started = Instant::now();
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.receive(PATIENCE.saturating_sub(started.elapsed()), "loading a page");
            self.events.push(event);
        }
    }

    /// What an expression of JavaScript comes to on the page.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Value {
        let params = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.order("Runtime.evaluate", params);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Presses a key where the focus is.
    pub(crate) fn press(&mut self, key: &str, code: u32, text: &str) {
        let params = json!({"type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text});
        self.order("Input.dispatchKeyEvent", params);
        let params = json!({"type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": code});
        self.order("Input.dispatchKeyEvent", params);
    }

    /// Sees the page so wide, in light or dark.
    pub(crate) fn look(&mut self, width: u32, height: u32, is_dark: bool) {
        let params = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.order("Emulation.setDeviceMetricsOverride", params);
        let scheme = if is_dark { "dark" } else { "light" };
        let params = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.order("Emulation.setEmulatedMedia", params);
    }

    /// A picture of the whole page, as PNG.
    pub(crate) fn picture(&mut self) -> Vec<u8> {
        let size = self.order("Page.getLayoutMetrics", json!({}))["cssContentSize"].clone();
        let clip = json!({"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1});
        let params = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let answer = self.order("Page.captureScreenshot", params);
        BASE64_STANDARD.decode(answer["data"].as_str().expect("a picture")).expect("base64")
    }

    /// The page on paper, as PDF.
    pub(crate) fn print(&mut self) -> Vec<u8> {
        let answer = self.order("Page.printToPDF", json!({"printBackground": true}));
        BASE64_STANDARD.decode(answer["data"].as_str().expect("a document")).expect("base64")
    }

    /// What went wrong on the page since it was opened: errors, warnings, whatever its console said, dialogs.
    pub(crate) fn complaints(&self) -> Vec<&Value> {
        const COMPLAINTS: &[&str] = &[
            "Runtime.exceptionThrown",
            "Runtime.consoleAPICalled",
            "Log.entryAdded",
            "Page.javascriptDialogOpening",
            "Page.windowOpen",
        ];
        self.events.iter().filter(|event| COMPLAINTS.iter().any(|method| event["method"] == *method)).collect()
    }

    /// Addresses that were asked for, other than those of data in the page itself.
    pub(crate) fn requests(&self) -> Vec<&str> {
        let asked = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        let urls = asked.filter_map(|event| event["params"]["request"]["url"].as_str());
        urls.filter(|url| !url.starts_with("data:")).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
