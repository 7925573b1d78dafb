//! The meta commands: one table, which makes the help, the completion and the dispatch.

use super::Shell;
use crate::diag::closest;
use crate::output::{FORMATS, Format};
use crate::schema::{Shape, columns};
use crate::session::Language;

/// What the loop does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Reads another line.
    Line,
    /// Ends.
    Leave,
}

/// What may follow a meta command, for completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(dead_code, reason = "commands that take them are on their way")]
pub(super) enum Argument {
    /// Nothing.
    Nothing,
    /// A table.
    Table,
    /// A form of results.
    Format,
    /// A language of queries.
    Language,
    /// A file.
    File,
    /// A folder or bucket of log files.
    Archive,
    /// A time, or how long ago.
    Time,
    /// A saved query.
    SavedQuery,
    /// An `eventID`, or the number of a row.
    Event,
    /// A meta command.
    Command,
    /// A function.
    Function,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A query.
    Query,
    /// Arguments of this command of the command line.
    CommandLine,
    /// Text that nobody can guess.
    Text,
}

/// One meta command.
pub(super) struct Meta {
    /// Its names, the documented one first, with `.` or `\`.
    pub(super) names: &'static [&'static str],
    /// What may follow it.
    pub(super) argument: Argument,
    usage: &'static str,
    summary: &'static str,
    run: fn(&mut Shell<'_>, &str) -> Next,
}

/// Every meta command.
pub(super) const ALL: &[Meta] = &[
    Meta {
        names: &[".functions", "\\df"],
        argument: Argument::Function,
        usage: ".functions [NAME]",
        summary: "functions of SQL, or those with NAME in theirs",
        run: functions,
    },
    Meta {
        names: &[".help", "\\?"],
        argument: Argument::Command,
        usage: ".help",
        summary: "list these commands",
        run: help,
    },
    Meta {
        names: &[".lang"],
        argument: Argument::Language,
        usage: ".lang sql|insights|auto",
        summary: "language of what is typed",
        run: lang,
    },
    Meta {
        names: &[".mode"],
        argument: Argument::Format,
        usage: ".mode FORMAT",
        summary: "how results are shown",
        run: mode,
    },
    Meta {
        names: &[".quit", "\\q", ".exit"],
        argument: Argument::Nothing,
        usage: ".quit",
        summary: "leave",
        run: |_, _| Next::Leave,
    },
    Meta {
        names: &[".refresh"],
        argument: Argument::Nothing,
        usage: ".refresh",
        summary: "look again for new accounts, regions and days",
        run: refresh,
    },
    Meta {
        names: &[".schema"],
        argument: Argument::Table,
        usage: ".schema [TABLE]",
        summary: "columns of cloudtrail, or of a table",
        run: schema,
    },
    Meta {
        names: &[".tables", "\\d"],
        argument: Argument::Nothing,
        usage: ".tables",
        summary: "list the tables",
        run: tables,
    },
];

/// Runs a line that begins like a meta command.
pub(super) fn run(shell: &mut Shell<'_>, line: &str) -> Next {
    let line = line.trim_end_matches(';');
    let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    match ALL.iter().find(|meta| meta.names.contains(&name)) {
        Some(meta) => (meta.run)(shell, argument.trim()),
        None => {
            let names = ALL.iter().flat_map(|meta| meta.names).copied();
            let hint = closest(name, names)
                .map_or_else(|| ".help lists them".to_owned(), |close| format!("`{close}` has a similar name"));
            shell.terminal.say(&format!("no command is named `{name}`; {hint}"));
            Next::Line
        }
    }
}

fn help(shell: &mut Shell<'_>, _: &str) -> Next {
    let width = ALL.iter().map(|meta| meta.usage.len()).max().unwrap_or_default();
    for meta in ALL {
        let others = meta.names[1..].join(" ");
        shell.answer_line(format!("{:width$}  {}  {others}", meta.usage, meta.summary).trim_end());
    }
    shell.answer_line("A statement ends with `;`. A pipe query ends with `;` or an empty line.");
    Next::Line
}

fn tables(shell: &mut Shell<'_>, _: &str) -> Next {
    for table in shell.session.tables() {
        shell.answer_line(&table);
    }
    Next::Line
}

fn functions(shell: &mut Shell<'_>, name: &str) -> Next {
    shell.query(&format!("SHOW FUNCTIONS LIKE '%{}%'", name.to_lowercase().replace('\'', "''")));
    Next::Line
}

fn refresh(shell: &mut Shell<'_>, _: &str) -> Next {
    shell.session.refresh();
    shell.terminal.say("what was listed is forgotten; the next query lists again");
    Next::Line
}

fn schema(shell: &mut Shell<'_>, table: &str) -> Next {
    if table.is_empty() {
        describe(shell, columns::ALL, 0);
    } else {
        shell.query(&format!("DESCRIBE {table}"));
    }
    Next::Line
}

fn describe(shell: &Shell<'_>, members: &[columns::Column], depth: usize) {
    for column in members {
        let name = format!("{:indent$}{}", "", column.name, indent = 2 * depth);
        shell.answer_line(&format!("{name:32}{}", column.summary));
        if let Shape::Struct(inner) | Shape::List(inner) = column.shape {
            describe(shell, inner, depth + 1);
        }
    }
}

fn mode(shell: &mut Shell<'_>, name: &str) -> Next {
    if name.is_empty() {
        shell.answer_line(&format!("{} (of {})", shell.format, formats()));
        return Next::Line;
    }
    match name.parse::<Format>() {
        Ok(format) if !format.info().text => shell.terminal.say(&format!("`{format}` is no text for a terminal")),
        Ok(format) => shell.format = format,
        Err(error) => shell.terminal.say(&error.to_string()),
    }
    Next::Line
}

fn formats() -> String {
    FORMATS.iter().filter(|info| info.text).map(|info| info.name).collect::<Vec<_>>().join(", ")
}

fn lang(shell: &mut Shell<'_>, name: &str) -> Next {
    match (name, Language::named(name)) {
        ("auto", _) => shell.language = None,
        (_, Some(language)) => shell.language = Some(language),
        _ => shell.terminal.say(
            "write `.lang sql`, `.lang insights`, `.lang filter`, `.lang sigma`, or `.lang auto` to tell from the text",
        ),
    }
    Next::Line
}
