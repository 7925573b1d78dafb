//! Public keys from CloudTrail itself: `ListPublicKeys`, which every region answers for its own keys only.
//!
//! `AWS_ENDPOINT_URL_CLOUDTRAIL` names another server, as for every AWS tool. `--endpoint-url` does not: it names a
//! server that speaks S3.

use aws_sdk_cloudtrail::config::Region;
use aws_sdk_cloudtrail::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_cloudtrail::primitives::DateTime as SdkTime;
use aws_sdk_cloudtrail::types::PublicKey as SdkKey;
use aws_sdk_cloudtrail::{Client, config};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Duration, Utc};
use futures::{StreamExt, stream};

use super::{ListedKey, Validity};
use crate::archive::{Caller, Error, S3Options};

/// What a region answered.
#[derive(Debug)]
pub struct OfRegion {
    /// The region.
    pub region: String,
    /// Its keys, each once; or why there is no answer.
    pub keys: Result<Vec<ListedKey>, Error>,
}

/// How long after the end of a range a key may become valid that a digest file of the range is signed with.
const AFTER: Duration = Duration::hours(2);
/// Regions asked at once: CloudTrail answers ten such questions a second.
const AT_ONCE: usize = 4;
/// Pages of one region; a server that never comes to an end is left.
const MOST_PAGES: usize = 1000;

/// The keys of regions that sign digest files of a time, in the order of `regions`.
///
/// # Errors
/// [`Error::Credentials`] when nobody can be asked as; what a single region refuses stands in its answer.
pub async fn fetch(
    options: &S3Options,
    regions: &[String],
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Result<Vec<OfRegion>, Error> {
    if options.no_sign_request {
        return Err(Error::Credentials("CloudTrail lists keys to nobody without".to_owned()));
    }
    let caller = Caller::find(options, regions.first().map(String::as_str)).await?;
    let end = end.checked_add_signed(AFTER).unwrap_or(end);
    let ask = |region: &String| {
        let (caller, region) = (&caller, region.clone());
        async move { OfRegion { keys: of_region(caller, &region, start, end).await, region } }
    };
    Ok(stream::iter(regions.iter().map(ask)).buffered(AT_ONCE).collect().await)
}

/// Whether a text can be the name of a region. It becomes part of a host's name, and may come from an archive.
#[must_use]
pub fn is_region(name: &str) -> bool {
    name.len() <= 63
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !name.ends_with('-')
}

async fn of_region(
    caller: &Caller,
    region: &str,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Result<Vec<ListedKey>, Error> {
    if !is_region(region) {
        return Err(Error::Service(format!("`{region}` is no name of a region")));
    }
    let config = config::Builder::from(&caller.config).region(Region::new(region.to_owned())).build();
    let client = Client::from_conf(config);
    let time = |time: DateTime<Utc>| SdkTime::from_secs(time.timestamp());
    let mut keys: Vec<ListedKey> = Vec::new();
    let mut next: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let request = client.list_public_keys().start_time(time(start)).end_time(time(end));
        let page = request.set_next_token(next.clone()).send().await.map_err(|error| refused(caller, region, error))?;
        for key in page.public_key_list.unwrap_or_default() {
            let key = listed(key);
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        match page.next_token.filter(|token| !token.is_empty()) {
            None => return Ok(keys),
            Some(token) if next.as_ref() == Some(&token) => {
                return Err(Error::Service("CloudTrail answers with the same page again and again".to_owned()));
            }
            token => next = token,
        }
    }
    Err(Error::Service(format!("CloudTrail has more than {MOST_PAGES} pages of keys")))
}

fn listed(key: SdkKey) -> ListedKey {
    let time = |time: Option<SdkTime>| time.and_then(|it| DateTime::from_timestamp(it.secs(), it.subsec_nanos()));
    ListedKey {
        value: key.value.map(|value| STANDARD.encode(value)).unwrap_or_default(),
        named: key.fingerprint.filter(|named| !named.is_empty()),
        validity: Validity { start: time(key.validity_start_time), end: time(key.validity_end_time) },
    }
}

/// What CloudTrail's answer means: who may not ask, or what went wrong.
fn refused<E>(caller: &Caller, region: &str, error: SdkError<E>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    let (code, message) = (error.code().map(str::to_owned), error.message().map(str::to_owned));
    let reason = match (code, message) {
        (Some(code), Some(message)) => format!("{code}: {}", message.trim_end_matches('.')),
        (Some(code), None) => code,
        _ => innermost(&error),
    };
    // The JSON protocol answers refusals with 400; their names tell them.
    let is_refused = matches!(status, Some(401 | 403)) || REFUSALS.iter().any(|code| reason.starts_with(code));
    match is_refused {
        true => Error::Denied {
            identity: caller.identity.clone(),
            action: format!("cloudtrail:ListPublicKeys in {region}"),
            reason,
        },
        false => Error::Service(reason),
    }
}

/// Answers after which somebody else has to ask.
///
/// Source: CloudTrail API Reference, "Common Errors".
const REFUSALS: [&str; 8] = [
    "AccessDenied",
    "ExpiredToken",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "MissingAuthenticationToken",
    "NotAuthorized",
    "OptInRequired",
    "UnrecognizedClient",
];

/// The last error of the chain, which says what really happened.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    let text = last.to_string();
    if text.is_empty() { DisplayErrorContext(error).to_string() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_regions_become_parts_of_hosts() {
        for region in ["us-east-1", "eu-isoe-west-1", "us-gov-west-1"] {
            assert!(is_region(region), "{region}");
        }
        for other in ["", "evil.example", "us-east-1/", "US-EAST-1", "a@b", "-a", "a-", "é", "a:80", &"a".repeat(64)] {
            assert!(!is_region(other), "{other}");
        }
    }
}
