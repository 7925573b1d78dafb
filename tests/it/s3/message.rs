//! HTTP/1.1 messages, as far as the proxy must understand them, and S3 requests, as far as tests ask about them.

use std::io::{self, BufRead};

use percent_encoding::percent_decode_str;

/// What the proxy may do to a request instead of passing it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Answer with this status and the XML that S3 sends with it.
    Status(u16),
    /// Answer that the object is in an archive, and has to be restored first.
    Archived,
    /// Close the connection without an answer.
    Drop,
    /// Pass it on, and close the connection after half of the answer's body.
    Cut,
}

/// A request as the proxy saw it, percent-decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// `GET`, `HEAD`, …
    pub(crate) method: String,
    /// The first part of the path.
    pub(crate) bucket: String,
    /// The rest of the path; empty when the bucket itself is meant.
    pub(crate) key: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    /// Of the answer; `None` while there is none, or when the connection was dropped.
    pub(crate) status: Option<u16>,
}

impl Request {
    pub(super) fn new(head: &Head) -> io::Result<Self> {
        let mut words = head.first.split(' ');
        let (Some(method), Some(target)) = (words.next(), words.next()) else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.strip_prefix('/').unwrap_or(path);
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        Ok(Self {
            method: method.to_owned(),
            bucket: decode(bucket),
            key: decode(key),
            query: query
                .split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (decode(name), decode(value)))
                .collect(),
            headers: head.headers.clone(),
            status: None,
        })
    }

    /// A parameter of the query, `prefix` or `start-after` for instance.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// A header, whatever the case of its name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether it lists a bucket.
    pub(crate) fn is_list(&self) -> bool {
        self.method == "GET" && self.key.is_empty()
    }

    /// Whether it fetches an object, or a part of one.
    pub(crate) fn is_get(&self) -> bool {
        self.method == "GET" && !self.key.is_empty()
    }
}

/// The first line and the headers of a message.
pub(super) struct Head {
    first: String,
    headers: Vec<(String, String)>,
}

/// How the end of a body is told.
#[derive(Debug, Clone, Copy)]
pub(super) enum Body {
    Length(u64),
    Chunked,
    ToEnd,
}

impl Head {
    /// Reads up to the empty line; `None` when the connection ends before anything came.
    pub(super) fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let Some(first) = line(from)? else { return Ok(None) };
        let mut headers = Vec::new();
        loop {
            let header = line(from)?.ok_or(io::ErrorKind::UnexpectedEof)?;
            if header.is_empty() {
                return Ok(Some(Self { first, headers }));
            }
            let (name, value) = header.split_once(':').ok_or(io::ErrorKind::InvalidData)?;
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
    }

    /// As it goes over the wire, with this `Connection` header instead of its own.
    pub(super) fn bytes(&self, connection: Option<&str>) -> Vec<u8> {
        let own = self.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("connection"));
        let headers = own.map(|(name, value)| (name.as_str(), value.as_str()));
        let mut text = format!("{}\r\n", self.first);
        for (name, value) in headers.chain(connection.map(|value| ("Connection", value))) {
            text.extend([name, ": ", value, "\r\n"]);
        }
        text.push_str("\r\n");
        text.into_bytes()
    }

    /// Method, target and version.
    pub(super) fn first_line(&self) -> &str {
        &self.first
    }

    pub(super) fn wants_close(&self) -> bool {
        self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }

    /// The status, when this is the head of an answer.
    pub(super) fn status(&self) -> io::Result<u16> {
        self.first.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or(io::ErrorKind::InvalidData.into())
    }

    /// How the body of this request ends.
    pub(super) fn request_body(&self) -> io::Result<Body> {
        Ok(self.framing()?.unwrap_or(Body::Length(0)))
    }

    /// How the body of this answer ends.
    pub(super) fn answer_body(&self, request: &Self) -> io::Result<Body> {
        if request.first.starts_with("HEAD ") || matches!(self.status()?, 204 | 304) {
            return Ok(Body::Length(0));
        }
        Ok(self.framing()?.unwrap_or(Body::ToEnd))
    }

    fn framing(&self) -> io::Result<Option<Body>> {
        if self.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
            return Ok(Some(Body::Chunked));
        }
        let length = self.header("content-length").map(|value| value.parse().map_err(|_| io::ErrorKind::InvalidData));
        Ok(length.transpose()?.map(Body::Length))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The answer of S3 when it refuses this request with `status`.
    ///
    /// Source: Amazon S3 API Reference, "Error responses".
    pub(super) fn refusal(&self, status: u16) -> Vec<u8> {
        let (reason, code, message) = match status {
            403 => ("Forbidden", "AccessDenied", "Access Denied"),
            404 => ("Not Found", "NoSuchKey", "The specified key does not exist."),
            503 => ("Service Unavailable", "SlowDown", "Please reduce your request rate."),
            _ => ("Internal Server Error", "InternalError", "We encountered an internal error. Please try again."),
        };
        self.refused(&format!("{status} {reason}"), code, message, "")
    }

    /// The answer of S3 for an object in an archive.
    ///
    /// Source: Amazon S3 API Reference, "GetObject", `InvalidObjectState`.
    pub(super) fn archived(&self) -> Vec<u8> {
        let message = "The operation is not valid for the object's storage class";
        self.refused("403 Forbidden", "InvalidObjectState", message, "<StorageClass>DEEP_ARCHIVE</StorageClass>")
    }

    fn refused(&self, status: &str, code: &str, message: &str, more: &str) -> Vec<u8> {
        let target = self.first.split([' ', '?']).nth(1).unwrap_or_default();
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>{more}\
             <Resource>{target}</Resource><RequestId>{ID}</RequestId><HostId>{ID}</HostId></Error>"
        );
        let length = xml.len();
        let body = if self.first.starts_with("HEAD ") { "" } else { xml.as_str() };
        format!(
            "HTTP/1.1 {status}\r\nx-amz-request-id: {ID}\r\nContent-Type: application/xml\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

fn line(from: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = String::new();
    if from.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// The shape of S3's request ids.
const ID: &str = "TX0000000000000000000";
