//! Values of a field, as they are offered within quotes.

use super::code::Code;
use super::rank::Candidate;
use super::{Found, World};
use crate::repl::words::Known;
use crate::schema::events;

/// `userIdentity.type`.
///
/// Source: CloudTrail User Guide, "CloudTrail userIdentity element".
const IDENTITIES: &[&str] = &[
    "AWSAccount",
    "AWSService",
    "AssumedRole",
    "Directory",
    "FederatedUser",
    "IAMUser",
    "IdentityCenterUser",
    "Role",
    "Root",
    "SAMLUser",
    "Unknown",
    "WebIdentityUser",
];
/// `sessionIssuer.type`.
const ISSUERS: &[&str] = &["IAMUser", "Role", "Root"];
/// `eventType`.
///
/// Source: CloudTrail User Guide, "CloudTrail record contents".
const EVENT_TYPES: &[&str] =
    &["AwsApiCall", "AwsCloudTrailInsight", "AwsConsoleAction", "AwsConsoleSignIn", "AwsServiceEvent", "AwsVpceEvent"];
const CATEGORIES: &[&str] = &["Data", "Insight", "Management", "NetworkActivity"];
const FOLDERS: &[&str] = &["CloudTrail", "CloudTrail-Insight", "CloudTrail-NetworkActivity"];
const FLAGS: &[&str] = &["false", "true"];

/// What may stand at the end of a text, in the literal that begins at a place with a quote; `rest` follows the cursor.
pub(super) fn within_quotes(
    text: &str,
    rest: &str,
    (start, quote): (usize, char),
    code: &Code,
    world: &World<'_>,
) -> Option<Found> {
    let typed = text.get(start..)?.to_owned();
    let close = if rest.starts_with(quote) { String::new() } else { quote.to_string() };
    let found = of(&code.subject(code.at)?, world.words, &code.equals("eventsource"));
    let found = found.into_iter().filter(|value| !value.contains([quote, '\\']));
    let candidates = found.map(|value| {
        let written = format!("{value}{close}");
        Candidate::word(value).written(written)
    });
    Some(Found { start, typed, candidates: candidates.collect() })
}

/// The values that a field may have, by its path in lower case. `sources` are services that the text names.
pub(super) fn of(path: &[String], words: &Known, sources: &[String]) -> Vec<String> {
    let last = path.last().map(String::as_str).unwrap_or_default();
    let above = path.len().checked_sub(2).and_then(|at| path.get(at)).map(String::as_str).unwrap_or_default();
    let learned = &words.learned;
    let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let seen = |words: &std::collections::BTreeSet<Box<str>>| words.iter().map(|word| word.to_string()).collect();
    match (above, last) {
        (_, "eventname") => event_names(words, sources),
        (_, "eventsource") => {
            let known = events::all().map(|(service, _)| format!("{service}.amazonaws.com"));
            learned.events.keys().map(|source| source.to_string()).chain(known).collect()
        }
        (_, "errorcode") => seen(&learned.error_codes),
        (_, "awsregion" | "region") => seen(&learned.regions),
        (_, "account" | "account_id" | "accountid" | "recipientaccountid") => seen(&learned.accounts),
        (_, "sourceaccount" | "vpcendpointaccountid") => seen(&learned.accounts),
        ("useridentity", "type") => owned(IDENTITIES),
        ("sessionissuer", "type") => owned(ISSUERS),
        (_, "eventtype") => owned(EVENT_TYPES),
        (_, "eventcategory" | "@data_source_type") => owned(CATEGORIES),
        (_, "folder" | "kind") => owned(FOLDERS),
        (_, "readonly" | "managementevent" | "mfaauthenticated" | "sessioncredentialfromconsole") => owned(FLAGS),
        _ => Vec::new(),
    }
}

/// Names of events that were seen, or that are certain; those of the services named, if there are any.
fn event_names(words: &Known, sources: &[String]) -> Vec<String> {
    let is_wanted = |source: &str| sources.is_empty() || sources.iter().any(|wanted| wanted == source);
    let mut names: Vec<String> = Vec::new();
    let seen = words.learned.events.iter().filter(|(source, _)| is_wanted(source));
    names.extend(seen.flat_map(|(_, seen)| seen.iter().map(|name| name.to_string())));
    let certain = events::all().filter(|(service, _)| is_wanted(&format!("{service}.amazonaws.com")));
    names.extend(certain.flat_map(|(_, events)| events.iter().map(|&name| name.to_owned())));
    // A service that nothing is known of must not leave the list empty.
    if names.is_empty() && !sources.is_empty() { event_names(words, &[]) } else { names }
}
