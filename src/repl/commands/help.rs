//! Help: the commands, and what one command, function or field is.

use std::ops::ControlFlow;

use super::{Argument, Done, GO_ON, Meta, PARTS};
use crate::diag::closest;
use crate::repl::host::Hosted;
use crate::repl::settings;
use crate::repl::shell::Shell;
use crate::schema::{Shape, columns};
use crate::session::Error;
use crate::{functions, insights};

pub(super) const ALL: &[Meta] = &[
    Meta {
        names: &[".help", "\\?", "\\h"],
        usage: ".help [COMMAND|FUNCTION|FIELD]",
        summary: "these commands, or what one is: .help stats, .help userIdentity.type",
        argument: Argument::Topic,
        run: help,
    },
    Meta {
        names: &[".quit", "\\q", ".exit"],
        usage: ".quit",
        summary: "leave",
        argument: Argument::Nothing,
        run: |_, _| Ok(ControlFlow::Break(())),
    },
];

fn help(shell: &mut Shell<'_>, topic: &str) -> Done {
    // `.help field x` and `.help function x` say the same as `.help x`.
    let words: Vec<&str> = topic.split_whitespace().collect();
    let text = match words.as_slice() {
        [] => all(&shell.host().commands()),
        ["command" | "field" | "function" | "column", name] | [name] => about(shell, name)?,
        _ => return Err(unknown(topic, &[])),
    };
    shell.answer(&text)?;
    GO_ON
}

/// Every command, part by part.
fn all(hosted: &[Hosted]) -> String {
    let settings = settings::ALL.iter().map(|setting| (setting.usage, setting.summary, setting.names));
    let hosted: Vec<_> = hosted.iter().map(|hosted| (format!(".{} …", hosted.name), &hosted.summary)).collect();
    let usages =
        PARTS.iter().flat_map(|part| part.metas).map(|meta| meta.usage).chain(settings.clone().map(|row| row.0));
    let width = usages.map(|usage| usage.chars().count()).max().unwrap_or_default();
    let row = |usage: &str, summary: &str, names: &[&str]| {
        let others = names.get(1..).unwrap_or_default().join(" ");
        let pad = width.saturating_sub(usage.chars().count());
        format!("  {usage}{:pad$}  {summary}  {others}", "").trim_end().to_owned() + "\n"
    };
    let mut text = String::new();
    for part in PARTS {
        text.push_str(&format!("{}\n", part.title));
        part.metas.iter().for_each(|meta| text.push_str(&row(meta.usage, meta.summary, meta.names)));
        if part.title == "Results" {
            settings.clone().for_each(|(usage, summary, names)| text.push_str(&row(usage, summary, names)));
        }
        text.push('\n');
    }
    if !hosted.is_empty() {
        text.push_str("Commands of trailql, over the archives and the range of the shell\n");
        hosted.iter().for_each(|(usage, summary)| text.push_str(&row(usage, summary, &[])));
        text.push('\n');
    }
    text.push_str(
        "A statement ends with `;`, or with `\\G` for one value a line; `\\G` by itself shows the answer before so. A pipe\n\
         query ends with `;` or an empty line, too.\n\
         `_` is a table: the rows of the answer before. Ctrl-C ends a query; again within two seconds leaves.\n",
    );
    text
}

/// What a command, a function or a field is; all that have the name.
fn about(shell: &Shell<'_>, name: &str) -> Result<String, Error> {
    let mut found: Vec<String> = Vec::new();
    let metas = PARTS.iter().flat_map(|part| part.metas).map(|meta| (meta.names, meta.usage, meta.summary));
    let metas = metas.chain(settings::ALL.iter().map(|row| (row.names, row.usage, row.summary)));
    let bare = name.trim_start_matches(['.', '\\']);
    for (names, usage, summary) in metas.filter(|(names, ..)| names.iter().any(|known| known[1..] == *bare)) {
        found.push(format!("{usage}\n  {summary}\n  also {}", names.join(" ")));
    }
    for hosted in shell.host().commands().iter().filter(|hosted| hosted.name == bare) {
        let Hosted { name, summary, .. } = hosted;
        found.push(format!(".{name} …\n  {summary}\n  .{name} --help tells its options"));
    }
    for row in insights::commands::ALL.iter().filter(|row| row.name.eq_ignore_ascii_case(name)) {
        found.push(format!("{}\n  {}\n  for example: {}", row.usage, row.summary, row.example));
    }
    for function in functions::all().filter(|function| function.name.eq_ignore_ascii_case(name)) {
        let examples = function.examples.iter().map(|(call, value)| format!("\n  {call} is {value}"));
        found.push(format!("{}\n  {}{}", function.usage, function.summary, examples.collect::<String>()));
    }
    for function in insights::functions::ALL.iter().filter(|function| function.name.eq_ignore_ascii_case(name)) {
        found.push(format!("{} (Logs Insights)\n  {}", function.usage, function.summary));
    }
    if let Some(column) = column(name) {
        let mut text = format!("{} (in JSON {})\n  {}", column.name, shown(column.json), column.summary);
        if let Shape::Struct(inner) | Shape::List(inner) = column.shape {
            text.push_str("\n  its members:\n");
            super::look::describe(inner, 2, &mut text);
        }
        found.push(text);
    }
    if found.is_empty() {
        let metas = super::known().flat_map(|(names, _)| names).copied();
        let others = insights::commands::ALL.iter().map(|row| row.name).chain(functions::all().map(|row| row.name));
        let columns = columns::ALL.iter().flat_map(|column| [column.name, column.json]);
        return Err(unknown(name, &metas.chain(others).chain(columns).collect::<Vec<_>>()));
    }
    Ok(found.join("\n\n"))
}

fn shown(json: &str) -> &str {
    if json.is_empty() { "nothing: it comes from the log file" } else { json }
}

/// The column of a path such as `userIdentity.sessionContext.attributes`, in either spelling.
fn column(path: &str) -> Option<&'static columns::Column> {
    let mut members = columns::ALL;
    let mut found = None;
    for name in path.split('.') {
        // What does not come from a record has no name in JSON, and nothing is called so.
        let is_meant = |of: &str| !of.is_empty() && of.eq_ignore_ascii_case(name);
        let column = members.iter().find(|column| is_meant(column.name) || is_meant(column.json))?;
        members = match column.shape {
            Shape::Struct(inner) | Shape::List(inner) => inner,
            _ => &[],
        };
        found = Some(column);
    }
    found
}

fn unknown(topic: &str, names: &[&str]) -> Error {
    Error::Usage {
        message: format!("nothing is known of `{topic}`"),
        help: closest(topic, names.iter().copied())
            .map_or_else(|| ".help lists the commands".to_owned(), |close| format!("`{close}` has a similar name")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_in_either_spelling_at_any_depth() {
        for path in ["userIdentity.sessionContext.attributes", "useridentity.sessioncontext.attributes"] {
            assert_eq!(column(path).map(|column| column.json), Some("attributes"), "{path}");
        }
        assert!(column("useridentity.nothing").is_none());
        assert!(column("").is_none());
    }
}
