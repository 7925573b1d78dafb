//! The library in one page: open an archive, ask it in two languages, read the rows.
//!
//! usage: cargo run --example count_by_name [ARCHIVE]
#![expect(clippy::print_stdout, reason = "a program of one page writes its rows")]

use datafusion::arrow::util::display::array_value_to_string;
use trailql::diag::Source;
use trailql::session::{Language, Options, Session};

const QUESTIONS: &[(Language, &str)] = &[
    (
        Language::Sql,
        "SELECT eventname, count(*) AS n FROM cloudtrail GROUP BY eventname ORDER BY n DESC, eventname LIMIT 5",
    ),
    (Language::Insights, "stats count(*) as n by eventName | sort n desc, eventName asc | limit 5"),
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bundled = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/archive");
    let archive = std::env::args().nth(1).unwrap_or_else(|| bundled.to_owned());
    let session = Session::open(&[archive], Options::new(chrono::Utc::now())).await?;
    for (language, text) in QUESTIONS {
        println!("{text}");
        for statement in session.parse(&Source::new("question", *text), *language)? {
            let mut answer = session.run(statement).await?;
            while let Some(rows) = answer.next().await? {
                for row in 0..rows.num_rows() {
                    let value = |column: usize| array_value_to_string(rows.column(column), row);
                    println!("{:>6}  {}", value(1)?, value(0)?);
                }
            }
            let outcome = answer.outcome();
            println!("{} records in {} log files\n", outcome.records, outcome.files_read);
        }
    }
    Ok(())
}
