//! A proxy that stands between trailql and the S3 server: it sees every request, and misbehaves when told to.
//!
//! One thread a connection; each request goes to the server over a connection of its own. The head of a request
//! passes through byte for byte but for `Connection`: signatures cover `Host` and whatever else is in there.
//! `Expect: 100-continue` is not answered, as nobody here sends bodies.

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::message::{Body, Fault, Head, Request};

/// A proxy in front of an S3 server, on a port of its own.
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    server: String,
    state: Mutex<State>,
    closed: AtomicBool,
}

#[derive(Default)]
struct State {
    requests: Vec<Request>,
    forgotten: usize,
    faults: VecDeque<Fault>,
    rule: Option<Rule>,
    delay: Duration,
    /// Requests not answered yet, and the most there were at once.
    open: usize,
    most_open: usize,
    /// Whole answers by the first line of their requests, while they are remembered.
    answers: Option<HashMap<String, Arc<[u8]>>>,
}

type Rule = Box<dyn FnMut(&Request) -> Option<Fault> + Send>;

impl Proxy {
    /// Starts a proxy for a server at `http://host:port`.
    pub(crate) fn in_front_of(endpoint: &str) -> Self {
        let server = endpoint.strip_prefix("http://").expect("the test server speaks plain HTTP").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared { server, state: Mutex::default(), closed: AtomicBool::new(false) });
        let for_thread = Arc::clone(&shared);
        thread::spawn(move || accept(&listener, &for_thread));
        Self { address, shared }
    }

    /// `http://127.0.0.1:` and the port.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far, in the order of arrival.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let state = self.shared.state();
        state.requests[state.forgotten..].to_vec()
    }

    /// The most requests that waited for their answers at once.
    pub(crate) fn most_at_once(&self) -> usize {
        self.shared.state().most_open
    }

    /// Forgets the requests so far.
    pub(crate) fn forget(&self) {
        let mut state = self.shared.state();
        state.forgotten = state.requests.len();
    }

    /// Answers the next `n` requests with this status and S3's own words; they do not reach the server.
    pub(crate) fn fail_next(&self, n: usize, status: u16) {
        self.fault_next(n, Fault::Status(status));
    }

    /// Closes the connection on the next `n` requests, without an answer.
    pub(crate) fn drop_connections(&self, n: usize) {
        self.fault_next(n, Fault::Drop);
    }

    /// Does the same wrong thing to the next `n` requests.
    pub(crate) fn fault_next(&self, n: usize, fault: Fault) {
        self.shared.state().faults.extend(std::iter::repeat_n(fault, n));
    }

    /// Asks `rule` about each request for which no fault is waiting. The rule must not call the proxy.
    pub(crate) fn fault_when(&self, rule: impl FnMut(&Request) -> Option<Fault> + Send + 'static) {
        self.shared.state().rule = Some(Box::new(rule));
    }

    /// Holds every answer back for so long, from now on.
    pub(crate) fn delay(&self, delay: Duration) {
        self.shared.state().delay = delay;
    }

    /// From now on, asks the server once and answers from memory after that: how fast the server is no longer
    /// matters, and nobody checks signatures.
    pub(crate) fn remember(&self) {
        self.shared.state().answers = Some(HashMap::new());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the request and decides what becomes of it.
    fn arrive(&self, request: Request) -> (usize, Option<Fault>, Duration) {
        let mut state = self.state();
        let State { faults, rule, .. } = &mut *state;
        let fault = faults.pop_front().or_else(|| rule.as_mut().and_then(|rule| rule(&request)));
        state.requests.push(request);
        state.open += 1;
        state.most_open = state.most_open.max(state.open);
        (state.requests.len() - 1, fault, state.delay)
    }

    fn answered(&self, number: usize, status: u16) {
        self.state().requests[number].status = Some(status);
    }

    /// Passes one request on, or answers it from memory; whether the connection stays open.
    fn pass(&self, head: &Head, body: &[u8], to_client: &mut TcpStream, number: usize) -> io::Result<bool> {
        let answered = |status| self.answered(number, status);
        let (is_remembering, known) = match &self.state().answers {
            Some(answers) => (true, answers.get(head.first_line()).cloned()),
            None => (false, None),
        };
        if let Some(answer) = known {
            answered(200);
            to_client.write_all(&answer)?;
            return Ok(true);
        }
        if !is_remembering {
            return forward(&self.server, head, body, to_client, answered);
        }
        let (mut answer, mut status) = (Vec::new(), 0);
        let note = |came| {
            status = came;
            answered(came);
        };
        let keep_open = forward(&self.server, head, body, &mut answer, note)?;
        // Remembered before it is known to the client, who may ask again at once.
        if keep_open && status == 200 {
            let mut state = self.state();
            state.answers.get_or_insert_default().insert(head.first_line().to_owned(), answer.clone().into());
        }
        to_client.write_all(&answer)?;
        Ok(keep_open)
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for client in listener.incoming() {
        if shared.closed.load(Ordering::SeqCst) {
            return;
        }
        if let Ok(client) = client {
            let shared = Arc::clone(shared);
            // A client that goes away in the middle is no news here.
            thread::spawn(move || serve(client, &shared));
        }
    }
}

/// Answers requests on one connection until either side ends it.
fn serve(client: TcpStream, shared: &Shared) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut from_client = BufReader::new(client.try_clone()?);
    let mut to_client = client;
    while let Some(head) = Head::read(&mut from_client)? {
        let mut body = Vec::new();
        relay(&mut from_client, &mut body, head.request_body()?)?;
        let (number, fault, delay) = shared.arrive(Request::new(&head)?);
        thread::sleep(delay);
        let answered = |status| shared.answered(number, status);
        let keep_open = match fault {
            Some(Fault::Drop) => false,
            Some(Fault::Status(status)) => {
                answered(status);
                to_client.write_all(&head.refusal(status))?;
                true
            }
            Some(Fault::Archived) => {
                answered(403);
                to_client.write_all(&head.archived())?;
                true
            }
            Some(Fault::Cut) => {
                let mut whole = Vec::new();
                forward(&shared.server, &head, &body, &mut whole, answered)?;
                let body = whole.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |end| end + 4);
                to_client.write_all(&whole[..body + (whole.len() - body) / 2])?;
                false
            }
            None => shared.pass(&head, &body, &mut to_client, number)?,
        };
        shared.state().open -= 1;
        to_client.flush()?;
        if !keep_open || head.wants_close() {
            break;
        }
    }
    to_client.shutdown(Shutdown::Both)
}

/// Passes one request on and its answer back; whether the answer's end can be told without closing the connection.
///
/// `answered` hears of the status before the client does, so a test that has its answer finds the status noted.
fn forward(
    server: &str,
    head: &Head,
    body: &[u8],
    to_client: &mut impl Write,
    answered: impl FnOnce(u16),
) -> io::Result<bool> {
    let server = TcpStream::connect(server)?;
    server.set_nodelay(true)?;
    (&server).write_all(&head.bytes(Some("close")))?;
    (&server).write_all(body)?;
    let mut from_server = BufReader::new(&server);
    let answer = loop {
        let answer = Head::read(&mut from_server)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        if answer.status()? >= 200 {
            break answer;
        }
    };
    answered(answer.status()?);
    let framing = answer.answer_body(head)?;
    let to_end = matches!(framing, Body::ToEnd);
    to_client.write_all(&answer.bytes(to_end.then_some("close")))?;
    relay(&mut from_server, to_client, framing)?;
    Ok(!to_end)
}

/// Copies one body as it is framed.
fn relay(from: &mut impl BufRead, to: &mut impl Write, body: Body) -> io::Result<()> {
    let exactly = |from: &mut _, to: &mut _, length| {
        let copied = io::copy(&mut Read::take(Read::by_ref(from), length), to)?;
        if copied == length { Ok(()) } else { Err(io::Error::from(io::ErrorKind::UnexpectedEof)) }
    };
    match body {
        Body::Length(length) => exactly(from, to, length),
        Body::ToEnd => io::copy(from, to).map(|_| ()),
        Body::Chunked => loop {
            let mut line = String::new();
            from.read_line(&mut line)?;
            to.write_all(line.as_bytes())?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = u64::from_str_radix(size, 16).map_err(|_| io::ErrorKind::InvalidData)?;
            if size == 0 {
                // Trailers, then an empty line.
                loop {
                    line.clear();
                    from.read_line(&mut line)?;
                    to.write_all(line.as_bytes())?;
                    if line.trim().is_empty() {
                        return Ok(());
                    }
                }
            }
            exactly(from, to, size + "\r\n".len() as u64)?;
        },
    }
}
