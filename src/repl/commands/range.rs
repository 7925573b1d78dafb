//! Commands that choose what is asked: times, accounts, regions.

use super::{Argument, Done, GO_ON, Meta};
use crate::output::escape;
use crate::repl::shell::Shell;
use crate::session::{Error, Options, bound};

pub(super) const ALL: &[Meta] = &[
    Meta {
        names: &[".account"],
        usage: ".account [ID,...|all]",
        summary: "only deliveries of these accounts",
        argument: Argument::Account,
        run: |shell, text| only(shell, text, |options| &mut options.accounts),
    },
    Meta {
        names: &[".region"],
        usage: ".region [NAME,...|all]",
        summary: "only deliveries from these regions",
        argument: Argument::Region,
        run: |shell, text| only(shell, text, |options| &mut options.regions),
    },
    Meta {
        names: &[".since"],
        usage: ".since [TIME [TIME]|all]",
        summary: "the earliest event, and the latest: 2026-05-01, 24h, 7d",
        argument: Argument::Time,
        run: since,
    },
    Meta {
        names: &[".until"],
        usage: ".until [TIME|all]",
        summary: "the latest event",
        argument: Argument::Time,
        run: until,
    },
];

fn since(shell: &mut Shell<'_>, text: &str) -> Done {
    let mut options = now(shell);
    // A date may have a time after a space, as `2026-05-01 12:00` has.
    let words: Vec<&str> = text.split_whitespace().collect();
    let read = |text: &str| bound(".since", text, options.now);
    match words.as_slice() {
        [] => return tell(shell),
        ["all"] => (options.since, options.until) = (None, None),
        [one] => options.since = Some(read(one)?),
        [from, to] => match read(text) {
            Ok(since) => options.since = Some(since),
            Err(_) => (options.since, options.until) = (Some(read(from)?), Some(bound(".since", to, options.now)?)),
        },
        _ => options.since = Some(read(text)?),
    }
    narrow(shell, options)
}

fn until(shell: &mut Shell<'_>, text: &str) -> Done {
    let mut options = now(shell);
    match text {
        "" => return tell(shell),
        "all" => options.until = None,
        text => options.until = Some(bound(".until", text, options.now)?),
    }
    narrow(shell, options)
}

fn only(shell: &mut Shell<'_>, text: &str, values: fn(&mut Options) -> &mut Vec<String>) -> Done {
    if text.is_empty() {
        return tell(shell);
    }
    let mut options = now(shell);
    let wanted = text.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned);
    *values(&mut options) = if text == "all" { Vec::new() } else { wanted.collect() };
    narrow(shell, options)
}

/// The options, at this moment.
fn now(shell: &Shell<'_>) -> Options {
    Options { now: chrono::Utc::now(), ..shell.session().options().clone() }
}

fn narrow(shell: &mut Shell<'_>, options: Options) -> Done {
    if let (Some(since), Some(until)) = (options.since, options.until)
        && (since.at > until.at || since.at == until.at && until.is_midnight())
    {
        return Err(Error::Usage {
            message: "the range ends before it begins".to_owned(),
            help: ".since all forgets both ends".to_owned(),
        });
    }
    shell.narrow(options)?;
    tell(shell)
}

/// Says what is asked of which range.
fn tell(shell: &Shell<'_>) -> Done {
    let options = shell.session().options();
    let shown = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
    let time = match (options.since, options.until) {
        (None, None) => "all times".to_owned(),
        (Some(since), None) => format!("since {}", shown(since.at)),
        (None, Some(until)) => format!("until {}", shown(until.at)),
        (Some(since), Some(until)) => format!("{} to {}", shown(since.at), shown(until.at)),
    };
    let mut parts = vec![time];
    for (one, many, values) in [("account", "accounts", &options.accounts), ("region", "regions", &options.regions)] {
        parts.push(match values.as_slice() {
            [] => format!("all {many}"),
            [only] => format!("{one} {only}"),
            several => format!("{many} {}", several.join(", ")),
        });
    }
    shell.terminal().note(&escape::terminal(&parts.join(" · ")));
    GO_ON
}
