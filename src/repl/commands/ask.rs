//! Commands that ask questions: again, from the saved ones, as plans, as SQL, and those of the command line.

use std::time::Duration;

use super::{Argument, Done, GO_ON, Meta, missing};
use crate::diag::Source;
use crate::repl::saved;
use crate::repl::shell::{Question, Shell};
use crate::session::{Error, Language};
use crate::sql::Target;

pub(super) const ALL: &[Meta] = &[
    Meta {
        names: &[".explain"],
        usage: ".explain [QUERY]",
        summary: "what would be read for a query, or the one before, and how",
        argument: Argument::Query,
        run: explain,
    },
    Meta {
        names: &[".packs"],
        usage: ".packs [NAME]",
        summary: "the saved queries of the packs, or of one",
        argument: Argument::Text,
        run: packs,
    },
    Meta {
        names: &[".param", "\\set"],
        usage: ".param [NAME [VALUE]]",
        summary: "the value of :NAME and $NAME in SQL",
        argument: Argument::Text,
        run: param,
    },
    Meta {
        names: &[".run"],
        usage: ".run NAME [NAME=VALUE]...",
        summary: "ask a saved query: one of your own, or of the packs",
        argument: Argument::SavedQuery,
        run: run_saved,
    },
    Meta {
        names: &[".save"],
        usage: ".save NAME",
        summary: "keep the query before under a name",
        argument: Argument::Text,
        run: save,
    },
    Meta {
        names: &[".sql"],
        usage: ".sql [QUERY]",
        summary: "a query, or the one before, as SQL",
        argument: Argument::Query,
        run: as_sql,
    },
    Meta {
        names: &[".watch", "\\watch"],
        usage: ".watch [SECONDS]",
        summary: "ask the query before again and again, until Ctrl-C",
        argument: Argument::Word(&["2", "10", "60"]),
        run: watch,
    },
];

/// The question that is meant: the one given, or the one before.
fn question(shell: &Shell<'_>, text: &str) -> Result<Question, Error> {
    if text.is_empty() {
        return shell.last().cloned().ok_or_else(|| Error::Usage {
            message: "nothing was asked before".to_owned(),
            help: "give the query after the command".to_owned(),
        });
    }
    let language = shell.settings().language.unwrap_or_else(|| Language::of_text(text));
    Ok(Question { text: text.to_owned(), language })
}

fn explain(shell: &mut Shell<'_>, text: &str) -> Done {
    let before = question(shell, text)?;
    let text = format!("EXPLAIN {}", before.text);
    let shown = shell.ask(&Question { text, ..before.clone() }, false);
    shell.set_last(before);
    shown?;
    GO_ON
}

fn as_sql(shell: &mut Shell<'_>, text: &str) -> Done {
    let question = question(shell, text)?;
    let session = std::sync::Arc::clone(shell.session());
    let source = Source::new("query", question.text.as_str());
    for statement in session.parse(&source, question.language)? {
        let Some((text, notices)) = shell.wait(session.translate(&statement, Target::Trailql))? else { return GO_ON };
        shell.terminal().remark(&notices);
        shell.answer(&text)?;
    }
    GO_ON
}

fn param(shell: &mut Shell<'_>, argument: &str) -> Done {
    let mut options = shell.session().options().clone();
    let (name, value) = argument.split_once(char::is_whitespace).unwrap_or((argument, ""));
    if value.is_empty() {
        let wanted = options.params.iter().filter(|(known, _)| name.is_empty() || known == name);
        let lines: Vec<String> = wanted.map(|(name, value)| format!("{name} = {value}")).collect();
        if lines.is_empty() {
            shell.terminal().note("no such parameter is set; .param NAME VALUE sets one");
            return GO_ON;
        }
        shell.answer(&crate::output::escape::terminal_lines(&lines.join("\n")))?;
        return GO_ON;
    }
    options.params.retain(|(known, _)| known != name);
    options.params.push((name.to_owned(), value.trim().to_owned()));
    shell.narrow(options)?;
    GO_ON
}

fn packs(shell: &mut Shell<'_>, name: &str) -> Done {
    let mut words = vec!["hunt".to_owned(), "--list".to_owned()];
    if !name.is_empty() {
        words.extend(["--pack".to_owned(), name.to_owned()]);
    }
    let options = shell.session().options().clone();
    run_hosted(shell, words, options)
}

fn save(shell: &mut Shell<'_>, name: &str) -> Done {
    let question = question(shell, "")?;
    if name.is_empty() {
        return Err(missing(".save NAME"));
    }
    let path = saved::save(name, &question.text, question.language)?;
    shell.terminal().note(&format!("kept in {}; .run {name} asks it", path.display()));
    GO_ON
}

fn run_saved(shell: &mut Shell<'_>, argument: &str) -> Done {
    let mut words = shlex::split(argument).ok_or_else(|| missing(".run NAME [NAME=VALUE]..."))?.into_iter();
    let Some(name) = words.next() else {
        let names = saved::names();
        if names.is_empty() {
            shell.terminal().note("no query of your own is kept; .save NAME keeps one, .hunt --list lists the packs");
        } else {
            shell.answer(&names.join("\n"))?;
        }
        return GO_ON;
    };
    let mut params = Vec::new();
    for word in words {
        let Some((name, value)) = word.split_once('=') else { return Err(missing(".run NAME [NAME=VALUE]...")) };
        params.push((name.to_owned(), value.to_owned()));
    }
    let before = shell.session().options().clone();
    let mut options = before.clone();
    options.params.extend(params.clone());
    match saved::find(&name)? {
        Some(saved) => {
            shell.narrow(options)?;
            let question =
                Question { text: saved.text.trim().trim_end_matches(';').to_owned(), language: saved.language };
            let asked = shell.ask(&question, false);
            shell.narrow(before)?;
            asked?;
            GO_ON
        }
        // What is not one's own is of the packs, where a rule is hunted and a question asked.
        None => run_hosted(shell, vec!["hunt".to_owned(), "--rule".to_owned(), name], options),
    }
}

fn watch(shell: &mut Shell<'_>, argument: &str) -> Done {
    let question = question(shell, "")?;
    let pause = match argument {
        "" => Duration::from_secs(2),
        text => {
            let seconds: Option<f64> = text.trim_end_matches('s').parse().ok();
            seconds
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                .filter(|pause| !pause.is_zero())
                .ok_or_else(|| missing(".watch [SECONDS]"))?
        }
    };
    loop {
        let now = chrono::Utc::now().format("%Y-%m-%d %H:%M:%S");
        shell.answer(&format!("{now} UTC, every {} s, until Ctrl-C", pause.as_secs_f64()))?;
        // What has come since is to be seen, and `24h` ends now.
        shell.session().refresh();
        let mut options = shell.session().options().clone();
        options.now = chrono::Utc::now();
        shell.narrow(options)?;
        shell.ask(&question, false)?;
        let rest = async {
            tokio::time::sleep(pause).await;
            Ok(())
        };
        if shell.was_cancelled() || shell.wait(rest)?.is_none() {
            return GO_ON;
        }
    }
}

/// Runs a command of the command line over the shell's archives.
pub(super) fn hosted(shell: &mut Shell<'_>, command: &str, arguments: &str) -> Done {
    let words = shlex::split(arguments).ok_or_else(|| Error::Usage {
        message: format!("a quote in the arguments of `.{command}` has no end"),
        help: "write arguments as on the command line".to_owned(),
    })?;
    let options = shell.session().options().clone();
    run_hosted(shell, [vec![command.to_owned()], words].concat(), options)
}

fn run_hosted(shell: &mut Shell<'_>, words: Vec<String>, options: crate::session::Options) -> Done {
    let terminal = shell.terminal().clone();
    let locations = shell.locations().to_vec();
    let running = shell.host().run(words, locations, options, &terminal);
    if let Some(is_incomplete) = shell.wait(running)? {
        shell.note_incomplete(is_incomplete);
    }
    GO_ON
}
