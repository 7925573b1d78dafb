//! `trailql public-keys`: the keys that digest files are signed with, fetched into a file for work without AWS.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args;

use super::Exit;
use super::output::sink;
use crate::output;
use crate::output::summary::human_count;
use crate::session::{Error, Options, bound};
use crate::terminal::Terminal;
use crate::verify::keys::{self, ListedKey, PublicKeys};

/// `trailql public-keys`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct PublicKeysArgs {
    /// The beginning of what will be verified: as --since, which counts where this is not given.
    #[arg(long, value_name = "TIME")]
    pub(super) start: Option<String>,
    /// The end of what will be verified: as --until, which counts where this is not given; else now.
    #[arg(long, value_name = "TIME")]
    pub(super) end: Option<String>,
    /// File to write the keys to, whole or not at all.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
Keys belong to regions: name with --region each region whose digest files are to be verified. CloudTrail is asked with
`cloudtrail:ListPublicKeys`, of the account that the credentials are of; keys are the same for every account. Another
server is named by AWS_ENDPOINT_URL_CLOUDTRAIL; --endpoint-url is about S3. The file has the shape of
`aws cloudtrail list-public-keys`. Keep it away from the archive: whoever can change it decides what is proven.";

/// Fetches the keys and writes them.
pub(super) async fn run(args: &PublicKeysArgs, options: Options, terminal: &Terminal) -> Result<Exit, Error> {
    let regions = regions(&options)?;
    let (start, end) = range(args, &options)?;
    let sink = sink(args.out.as_deref())?;
    let failed = |location: String, source| Error::Archive { location, source };
    let answers = keys::fetch(&options.s3, &regions, start, end).await;
    let answers = answers.map_err(|source| failed("public keys".to_owned(), source))?;
    let mut listed: Vec<ListedKey> = Vec::new();
    let mut told: Vec<String> = Vec::new();
    let (mut exit, mut first_error) = (Exit::Complete, None);
    for answer in answers {
        let region = answer.region;
        match answer.keys {
            Ok(of_region) => {
                check(&of_region, &region, terminal);
                if of_region.is_empty() {
                    let message = format!("region {region} has no public keys between {} and {}", at(start), at(end));
                    terminal.caution(&message, "check the time: keys are listed for the time when they were valid");
                }
                let plural = if of_region.len() == 1 { "key" } else { "keys" };
                told.push(format!("{} {plural} of {region}", human_count(of_region.len() as u64)));
                listed.extend(of_region);
            }
            Err(source) => {
                let error = failed(format!("the public keys of region {region}"), source);
                exit = exit.and(Exit::of_error(&error));
                if let Some(before) = first_error.replace(error) {
                    terminal.fail(&before);
                }
            }
        }
    }
    match first_error {
        // Nothing is written when nobody answered.
        Some(error) if told.is_empty() => return Err(error),
        Some(error) => terminal.fail(&error),
        None => {}
    }
    if listed.is_empty() {
        exit = exit.and(Exit::Incomplete);
    }
    let drawn =
        serde_json::to_string_pretty(&keys::document(&listed)).map_err(|error| Error::Bug(error.to_string()))?;
    let text = format!("{}\n", output::escape::json(&drawn));
    let mut writer = sink.writer();
    let written = writer.write_all(text.as_bytes()).and_then(|()| writer.flush());
    written.map_err(|error| Error::Output(output::Error::Write(error)))?;
    drop(writer);
    sink.keep()?;
    terminal.note(&told.join(", "));
    Ok(exit)
}

/// The regions, each once.
fn regions(options: &Options) -> Result<Vec<String>, Error> {
    let mut seen = BTreeSet::new();
    let regions: Vec<String> = options.regions.iter().filter(|region| seen.insert(*region)).cloned().collect();
    if regions.is_empty() {
        return Err(Error::Usage {
            message: "no region was given, and every region has keys of its own".to_owned(),
            help: "name the regions of the digest files: --region us-east-1,eu-west-1".to_owned(),
        });
    }
    match regions.iter().find(|region| !keys::is_region(region)) {
        Some(other) => Err(Error::Usage {
            message: format!("`{other}` is no name of a region"),
            help: "regions are named as in a digest file's key: us-east-1".to_owned(),
        }),
        None => Ok(regions),
    }
}

/// The time that will be verified.
fn range(args: &PublicKeysArgs, options: &Options) -> Result<(DateTime<Utc>, DateTime<Utc>), Error> {
    let read = |option: &str, text: &Option<String>| {
        text.as_deref().map(|text| bound(option, text, options.now).map(|bound| bound.at)).transpose()
    };
    let start = read("--start", &args.start)?.or(options.since.map(|bound| bound.at)).ok_or_else(|| Error::Usage {
        message: "--start is missing: keys are listed for a time".to_owned(),
        help: "give the time that will be verified: --start 2026-05-01 --end 2026-05-31".to_owned(),
    })?;
    let end = read("--end", &args.end)?.or(options.until.map(|bound| bound.at)).unwrap_or(options.now);
    if start > end {
        return Err(Error::Usage {
            message: format!("the range ends ({}) before it begins ({})", at(end), at(start)),
            help: "give --start a time before --end".to_owned(),
        });
    }
    Ok((start, end))
}

/// Says which of the keys will be of no use.
fn check(listed: &[ListedKey], region: &str, terminal: &Terminal) {
    match PublicKeys::of(listed.iter().cloned(), &format!("region {region}")) {
        Ok(keys) => keys.notes().iter().for_each(|note| terminal.caution(&note.message, &note.help)),
        Err(error) => terminal.caution(&error.to_string(), error.help()),
    }
}

fn at(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
