//! Saved queries and rules: found, read, compiled, and run over an archive in one pass.
//!
//! ```text
//! queries/<pack>/<id>.sql, .insights, .filter, .yml        rules of a user: packs, Sigma
//!        │ library: folders → Pack { SavedQuery { Header, Source } }
//!        ▼
//! compile: header + text + tuning → Rule { About, steps: [predicate, columns], condition }
//!        │ hunt: predicates → Session::pass ─► hits, one row per record and the rules it fits
//!        ▼
//! correlate: events of a rule → windows, counts, sequences, first sightings
//!        ▼
//! Finding ─► report: table, json, csv, SARIF, OCSF, HTML
//! ```
//!
//! A file under `queries/` is the query, runnable as it lies in Athena's or Logs Insights' own console; its
//! header is made of that language's comments. Our packs are compiled into the binary.

mod check;
mod compile;
mod condition;
mod correlate;
mod finding;
mod header;
mod hunt;
mod level;
mod library;
mod lint;
mod params;
mod records;
pub mod report;
mod sigma;
mod tuning;
mod why;

pub use check::{check, examples};
pub use compile::{About, Compiler, Rule, Step};
pub use condition::{Bounds, Comparison, Condition, Figure, Test};
pub use finding::{Finding, Findings, Hit};
pub use header::{DataEvents, Header, Outcome};
pub use hunt::{Hunt, records_of, shown};
pub use level::{LEVELS, Level};
pub use library::{Pack, SavedQuery, all, list, of_folder, without_duplicates};
pub use lint::lint;
pub use params::{Kind, Param};
pub use sigma::Loaded;
pub use tuning::{Tuning, fits};
pub use why::why;
