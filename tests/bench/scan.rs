//! Whole queries over one large archive, each beside the least that reading the archive can cost.
//!
//! ```sh
//! TRAILQL_BENCH_ARCHIVE=/path/to/archive cargo bench --bench scan
//! ```
//!
//! The table is Markdown. Its unit is the floor of the same run: a process that lists, reads and inflates every
//! file on all cores and does nothing else, so a ratio carries over from one machine to another. Each line is the
//! median of five runs of a whole process, taken in turns so that noise hits all lines alike. A figure beyond its
//! limit is set in bold and marked; the exit code is 0 all the same, because a busy machine is not a defect.
//!
//! - `TRAILQL_BENCH_BINARY` names another trailql to measure.
//! - `TRAILQL_BENCH_ROUNDS` is how often each line is measured, 5 by default.
//! - `TRAILQL_BENCH_DUCKDB` is how often DuckDB is, once by default as it takes most of the time; 0 leaves it out.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints its table and what it is doing")]

mod archive;
mod duckdb;
mod floor;
mod measure;
mod queries;
mod table;

// The Python environments of the tests, below the target folder.
#[path = "../it/s3/install.rs"]
mod install;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use archive::Archive;
use duckdb::DuckDb;
use floor::Floor;
use measure::{Run, Samples};
use queries::{Language, Query};

fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["floor", floor, folder] => floor::main(floor, folder.as_ref()),
        [folder] => bench(folder.into()),
        _ => match std::env::var_os("TRAILQL_BENCH_ARCHIVE") {
            Some(folder) => bench(folder.into()),
            None => {
                eprintln!(
                    "nothing is measured without an archive: name one in TRAILQL_BENCH_ARCHIVE, for instance what \
                     `../shared/bench/generate --events 600000` makes"
                );
                ExitCode::SUCCESS
            }
        },
    }
}

/// One line of the table: what is measured, and how often it was.
struct Line {
    name: &'static str,
    limit: Option<queries::Limit>,
    command: Command,
    samples: Samples,
    duckdb: Option<Command>,
    duckdb_samples: Samples,
}

fn bench(folder: PathBuf) -> ExitCode {
    let archive = match Archive::open(folder) {
        Ok(archive) => archive,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    };
    let (rounds, duckdb_rounds) = (number("TRAILQL_BENCH_ROUNDS", 5), number("TRAILQL_BENCH_DUCKDB", 1));
    let duckdb = if duckdb_rounds == 0 { Err("not asked for".to_owned()) } else { DuckDb::install() };
    let mut floors = Floor::ALL.map(|floor| (floor, Samples::default()));
    let mut lines: Vec<Line> = queries::all(&archive)
        .into_iter()
        .map(|query| Line {
            name: query.name,
            limit: query.limit,
            command: trailql(&query),
            samples: Samples::default(),
            duckdb: duckdb.as_ref().ok().and_then(|duckdb| duckdb.command(&archive, &query)),
            duckdb_samples: Samples::default(),
        })
        .collect();

    // Fills the page cache, for all alike.
    let _ = Run::of(&mut Floor::Inflate.command(&archive));
    for round in 1..=rounds.max(duckdb_rounds) {
        eprintln!("round {round} of {}", rounds.max(duckdb_rounds));
        for (floor, samples) in &mut floors {
            samples.take_up_to(rounds, &mut floor.command(&archive));
        }
        for line in &mut lines {
            line.samples.take_up_to(rounds, &mut line.command);
            if let Some(command) = &mut line.duckdb {
                line.duckdb_samples.take_up_to(duckdb_rounds, command);
            }
        }
    }
    println!("{}", table::render(&archive, &floors, &lines));
    if let Err(why) = duckdb {
        println!("\nDuckDB is left out: {why}");
    }
    ExitCode::SUCCESS
}

/// How a person would run this query and keep its rows.
fn trailql(query: &Query) -> Command {
    let binary = std::env::var_os("TRAILQL_BENCH_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_trailql").into());
    let mut command = Command::new(binary);
    let language = match query.language {
        Language::Sql => "sql",
        Language::Insights => "insights",
    };
    command.arg("query").arg(&query.folder).args(["-q", "-o", "csv", "--lang", language, "-c", &query.text]);
    command
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
