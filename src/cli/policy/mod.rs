//! `trailql policy`: the least rights that reading an archive takes, as a policy of IAM.

mod document;

use std::io::Write;

use clap::Args;
use serde_json::Value;

use super::Exit;
use crate::archive::{Location, Reading, rights};
use crate::diag::closest;
use crate::output;
use crate::session::{Asked, Error, Options};
use crate::terminal::{Sink, Terminal};
use document::{Key, Partition, Statement, document};

/// `trailql policy`.
#[derive(Debug, Args)]
pub(super) struct PolicyArgs {
    /// Archives to read: s3://bucket/prefix, or names of the configuration. Nothing is asked of them.
    #[arg(value_name = "ARCHIVE")]
    pub(super) archives: Vec<String>,
    /// A KMS key that log files are encrypted with; may be repeated.
    #[arg(long, value_name = "ARN", value_delimiter = ',')]
    kms_key: Vec<Key>,
    /// Add what checking digest files takes.
    #[arg(long)]
    pub(super) verify: bool,
}

/// Writes the policy, and another for who assumes a role.
pub(super) fn run(args: &PolicyArgs, options: &Options, terminal: &Terminal) -> Result<Exit, Error> {
    let asked = options.asked(&args.archives)?;
    if asked.is_empty() {
        return Err(Error::Usage {
            message: "no archive was given".to_owned(),
            help: "name a bucket: trailql policy s3://bucket/prefix".to_owned(),
        });
    }
    let mut statements = Vec::new();
    let mut roles: Vec<String> = Vec::new();
    for asked in &asked {
        statements.extend(of_archive(asked, args, options, terminal)?);
        roles.extend(asked.options.s3.role_arn.clone());
    }
    statements.extend(of_keys(args, terminal));
    if args.verify {
        statements.push(Statement::new("ReadPublicKeys", &["cloudtrail:ListPublicKeys"], vec!["*".to_owned()]));
    }
    roles.sort();
    roles.dedup();
    let mut documents = vec![document(statements)];
    if !roles.is_empty() {
        documents.push(document(vec![Statement::new("AssumeRole", &["sts:AssumeRole"], roles.clone())]));
        let message = format!("the first policy is for {}, the second for who assumes it", roles.join(", "));
        terminal.notice(&message, "the role's trust policy must allow that, too");
    }
    write(&documents)?;
    Ok(Exit::Complete)
}

/// What one archive takes.
fn of_archive(
    asked: &Asked<'_>,
    args: &PolicyArgs,
    options: &Options,
    terminal: &Terminal,
) -> Result<Vec<Statement>, Error> {
    let Location::S3 { bucket, prefix } = asked.location()? else {
        let similar = closest(asked.given, options.named.iter().map(|named| named.name.as_str()));
        return Err(Error::Usage {
            message: format!("`{}` is a place on disk, and takes no rights of IAM", asked.given),
            help: similar.map_or_else(
                || "name a bucket: trailql policy s3://bucket/prefix".to_owned(),
                |similar| format!("an archive named `{similar}` is configured"),
            ),
        });
    };
    let Options { s3, accounts, regions, organizations, .. } = asked.options;
    if s3.no_sign_request {
        return Err(Error::Usage {
            message: format!("`{}` is asked without credentials, so no policy is read", asked.given),
            help: "leave --no-sign-request out".to_owned(),
        });
    }
    let found = rights(&Reading { prefix: &prefix, accounts, regions, organizations, digests: args.verify });
    if found.is_wide {
        let message =
            format!("every folder of `{}` is looked into for trails, so all of them may be listed", asked.given);
        terminal.notice(&message, "name the folder `AWSLogs`, or one below it, to need less");
    }
    if bucket.ends_with("-s3alias") {
        let message = format!("`{bucket}` is the alias of an access point, and a policy takes its ARN");
        terminal
            .caution(&message, "write arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME, and /object/… after it for objects");
    }
    if s3.request_payer {
        let message = format!("S3 bills the account of whoever asks for `{}`", asked.given);
        terminal.notice(&message, "the owner of the bucket must allow that account in the bucket's policy");
    }
    let first = args.kms_key.first().map(|key| key.partition.clone());
    let role = s3.role_arn.as_deref().and_then(|arn| arn.split(':').nth(1)).map(|name| Partition(name.to_owned()));
    let of_region = s3.region.as_deref().or_else(|| regions.first().map(String::as_str)).map(Partition::of_region);
    let partition = of_region.or(first).or(role).unwrap_or_default();
    let arn = |rest: &str| format!("arn:{}:s3:::{bucket}{rest}", partition.0);
    let mut statements = Vec::new();
    match found.prefixes {
        Some(prefixes) if prefixes.is_empty() => {}
        prefixes => {
            let mut list = Statement::new("ListLogFiles", &["s3:ListBucket"], vec![arn("")]);
            list.condition = prefixes.map(|prefixes| ("StringLike", "s3:prefix", prefixes));
            statements.push(list);
        }
    }
    let objects = found.objects.iter().map(|key| arn(&format!("/{key}"))).collect();
    statements.push(Statement::new("ReadLogFiles", &["s3:GetObject"], objects));
    Ok(statements)
}

/// What keys take, one statement a region: a key is used through the S3 of its own.
fn of_keys(args: &PolicyArgs, terminal: &Terminal) -> Vec<Statement> {
    if args.kms_key.is_empty() {
        terminal.notice(
            "log files under a KMS key take `kms:Decrypt` on it, which this policy does not allow",
            "name the key with --kms-key ARN, as `aws cloudtrail describe-trails` shows it",
        );
    }
    let mut keys = args.kms_key.clone();
    keys.sort();
    keys.dedup();
    let mut statements: Vec<Statement> = Vec::new();
    for key in keys {
        let service = key.service();
        let is_of = |known: &&mut Statement| matches!(&known.condition, Some((_, _, values)) if values.first() == Some(&service));
        if let Some(known) = statements.iter_mut().find(is_of) {
            known.resources.push(key.arn);
            continue;
        }
        let mut statement = Statement::new("DecryptLogFiles", &["kms:Decrypt"], vec![key.arn]);
        statement.condition = Some(("StringEquals", "kms:ViaService", vec![service]));
        statements.push(statement);
    }
    statements
}

fn write(documents: &[Value]) -> Result<(), Error> {
    let mut text = String::new();
    for document in documents {
        let drawn = serde_json::to_string_pretty(document).map_err(|error| Error::Bug(error.to_string()))?;
        text.push_str(&output::escape::json(&drawn));
        text.push('\n');
    }
    let sink = Sink::stdout();
    sink.writer().write_all(text.as_bytes()).map_err(|error| Error::Output(output::Error::Write(error)))?;
    sink.keep()
}
