//! Pages of HTML that need nothing beside themselves: no network, no server.
//!
//! What comes from a log is text in the page, never markup; a policy in the page's head lets nothing run or load but
//! the style and the script that are ours. Other rooms make pages of their own with [`text`], [`policy`] and
//! `page_style`.

mod table;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use super::escape;

pub(super) use table::open;

/// The style of a page, given the file of its own style: what pages have in common comes before it. One text, so that
/// it has one hash.
macro_rules! page_style {
    ($own:literal) => {
        concat!(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/output/html/base.css")), include_str!($own))
    };
}
pub(crate) use page_style;

/// A policy for the page's head: nothing may load, and only this script and this style may run.
#[must_use]
pub fn policy(script: &str, style: &str) -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; \
         form-action 'none'",
        hash(script),
        hash(style)
    )
}

/// Text between tags or in an attribute, on one line: what steers or hides is written out.
#[must_use]
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    markup(&escape::terminal(text), &mut out);
    out
}

/// As [`text`], with line breaks and tabs kept.
#[must_use]
pub fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    markup(&escape::terminal_lines(text), &mut out);
    out
}

/// Appends the text with what would be markup as HTML writes it.
fn markup(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
    }
}
