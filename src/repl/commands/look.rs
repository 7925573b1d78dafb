//! Commands that tell what there is: archives, tables, columns, functions, log files.

use super::{Argument, Done, GO_ON, Meta, missing};
use crate::output::escape;
use crate::repl::shell::{Question, Shell};
use crate::schema::{Shape, columns};
use crate::session::Language;
use crate::sql::literal;

pub(super) const ALL: &[Meta] = &[
    Meta {
        names: &[".archives", "\\l"],
        usage: ".archives",
        summary: "the archives that are attached, and the names of their schemas",
        argument: Argument::Nothing,
        run: archives,
    },
    Meta {
        names: &[".attach"],
        usage: ".attach LOCATION",
        summary: "attach another archive: a folder, or s3://bucket/prefix",
        argument: Argument::Archive,
        run: attach,
    },
    Meta {
        names: &[".files"],
        usage: ".files [TEXT]",
        summary: "log files, the newest first, or those with TEXT in their keys",
        argument: Argument::Text,
        run: files,
    },
    Meta {
        names: &[".functions", "\\df"],
        usage: ".functions [NAME]",
        summary: "functions of SQL, or those with NAME in theirs",
        argument: Argument::Function,
        run: functions,
    },
    Meta {
        names: &[".refresh"],
        usage: ".refresh",
        summary: "look again for new accounts, regions and days",
        argument: Argument::Nothing,
        run: refresh,
    },
    Meta {
        names: &[".schema"],
        usage: ".schema [TABLE]",
        summary: "columns of cloudtrail, or of a table",
        argument: Argument::Table,
        run: schema,
    },
    Meta {
        names: &[".tables", "\\d", "\\dt", "\\dv"],
        usage: ".tables [TABLE]",
        summary: "the tables, or the columns of one",
        argument: Argument::Table,
        run: tables,
    },
];

/// Asks SQL of our own; what was asked before stays what was asked before.
fn ask_sql(shell: &mut Shell<'_>, text: String) -> Done {
    let before = shell.last().cloned();
    let asked = shell.ask(&Question { text, language: Language::Sql }, false);
    if let Some(before) = before {
        shell.set_last(before);
    }
    asked?;
    GO_ON
}

fn archives(shell: &mut Shell<'_>, _: &str) -> Done {
    let archives = shell.session().attached();
    if archives.is_empty() {
        shell.terminal().note("no archive is attached; .attach attaches one");
        return GO_ON;
    }
    let width = archives.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let lines: Vec<String> = archives.iter().map(|(name, location)| format!("{name:width$}  {location}")).collect();
    shell.answer(&escape::terminal_lines(&lines.join("\n")))?;
    GO_ON
}

fn attach(shell: &mut Shell<'_>, location: &str) -> Done {
    if location.is_empty() {
        return Err(missing(".attach LOCATION"));
    }
    if let Some(name) = shell.attach(location.trim_matches(['\'', '"']))? {
        shell.terminal().note(&format!("its tables are {name}.cloudtrail and so on"));
    }
    GO_ON
}

fn files(shell: &mut Shell<'_>, text: &str) -> Done {
    let wanted = if text.is_empty() { String::new() } else { format!("WHERE strpos(key, {}) > 0 ", literal(text)) };
    ask_sql(
        shell,
        format!(
            "SELECT account, region, day, kind, bytes, last_modified, key FROM trail_files {wanted}ORDER BY day DESC, key DESC"
        ),
    )
}

fn functions(shell: &mut Shell<'_>, name: &str) -> Done {
    ask_sql(shell, format!("SHOW FUNCTIONS LIKE {}", literal(&format!("%{}%", name.to_lowercase()))))
}

fn refresh(shell: &mut Shell<'_>, _: &str) -> Done {
    shell.session().refresh();
    shell.terminal().note("what was listed is forgotten; the next query lists again");
    GO_ON
}

fn tables(shell: &mut Shell<'_>, table: &str) -> Done {
    if table.is_empty() {
        shell.answer(&shell.session().tables().join("\n"))?;
        return GO_ON;
    }
    ask_sql(shell, format!("DESCRIBE {table}"))
}

fn schema(shell: &mut Shell<'_>, table: &str) -> Done {
    if !table.is_empty() {
        return ask_sql(shell, format!("DESCRIBE {table}"));
    }
    let mut text = String::new();
    describe(columns::ALL, 0, &mut text);
    shell.answer(&text)?;
    GO_ON
}

/// A line for each column, members below it.
pub(super) fn describe(members: &[columns::Column], depth: usize, text: &mut String) {
    for column in members {
        let name = format!("{:indent$}{}", "", column.name, indent = 2 * depth);
        text.push_str(&format!("{name:32}{}\n", column.summary));
        if let Shape::Struct(inner) | Shape::List(inner) = column.shape {
            describe(inner, depth + 1, text);
        }
    }
}
