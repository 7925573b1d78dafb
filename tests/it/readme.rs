//! README's tables are the lists in the code.
//!
//! `TRYCMD=overwrite cargo test --test it readme` writes them anew.

use std::fmt::Write as _;
use std::fs;

use trailql::cli::CODES;
use trailql::insights::commands;
use trailql::output::FORMATS;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

fn languages() -> String {
    let known = commands::ALL.iter().filter(|row| !row.example.is_empty());
    let names: Vec<_> = known.map(|row| format!("`{}`", row.name)).collect();
    let (commands, sql) = (names.join(" "), "Trino's and Lake's `SELECT`, functions and statements");
    let sigma = "the selections, conditions and modifiers of Sigma 2.1; answers with the records that a rule matches";
    format!(
        "| language | as in | files | what it has |\n| --- | --- | --- | --- |\n\
         | SQL | Athena, CloudTrail Lake | `.sql` | {sql} |\n\
         | pipes | CloudWatch Logs Insights | `.insights`, `.cwli` | {commands} |\n\
         | patterns | CloudWatch metric filters | `.filter` | `{{ $.eventName = \"Delete*\" && $.errorCode NOT EXISTS }}` |\n\
         | rules | Sigma | `.yml`, `.yaml` | {sigma} |\n"
    )
}

fn outputs() -> String {
    let mut table = String::from("| name | also | endings | what it is |\n| --- | --- | --- | --- |\n");
    let list = |names: Vec<String>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    for info in FORMATS {
        let also = list(info.aliases.iter().map(ToString::to_string).collect());
        let endings = list(info.endings.iter().map(|ending| format!(".{ending}")).collect());
        let _ = writeln!(table, "| `{}` | {also} | {endings} | {} |", info.name, info.summary.replace('\\', "\\\\"));
    }
    table
}

fn exit_codes() -> String {
    let mut table = String::from("| code | meaning |\n| --- | --- |\n");
    for (_, code, meaning) in CODES {
        let _ = writeln!(table, "| {code} | {meaning} |");
    }
    table
}

fn packs() -> String {
    let mut table = String::from("| pack | rules | what it is for |\n| --- | ---: | --- |\n");
    for pack in trailql::packs::all().expect("packs that read") {
        let _ = writeln!(table, "| `{}` | {} | {} |", pack.name, pack.queries.len(), pack.description);
    }
    table
}

/// The text with the table after the mark of this name replaced.
fn with_table(text: &str, name: &str, table: &str) -> String {
    let mark = format!("<!-- {name} -->\n");
    let start = text.find(&mark).unwrap_or_else(|| panic!("README has no `{mark}`")) + mark.len();
    let end = start + text[start..].find("<!-- end -->").expect("a table in README has an end");
    format!("{}{table}{}", &text[..start], &text[end..])
}

#[test]
fn readmes_tables_are_the_lists_in_code() {
    let written = fs::read_to_string(README).expect("README can be read");
    let tables = [("languages", languages()), ("outputs", outputs()), ("exit codes", exit_codes()), ("packs", packs())];
    let expected = tables.iter().fold(written.clone(), |text, (name, table)| with_table(&text, name, table));
    if std::env::var_os("TRYCMD").is_some_and(|mode| mode == "overwrite") {
        fs::write(README, expected).expect("README can be written");
        return;
    }
    assert!(written == expected, "README's tables differ; TRYCMD=overwrite cargo test --test it readme writes them");
}
