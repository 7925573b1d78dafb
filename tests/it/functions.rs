//! The list of functions: every example runs, and names are unique.

use std::collections::HashSet;

use chrono::Utc;
use tokio::runtime::Runtime;

use trailql::diag::Source;
use trailql::functions;
use trailql::output::{Format, Options as Written, Writer};
use trailql::session::{Language, Options, Session};

use crate::memory::Memory;

/// The one value of an expression, as tab-separated values write it.
async fn value_of(session: &Session, expr: &str) -> Result<String, trailql::Error> {
    let source = Source::new("example", format!("SELECT {expr}"));
    let mut text = None;
    for statement in session.parse(&source, Language::Sql)? {
        let mut answer = session.run(statement).await?;
        let memory = Memory::default();
        let null = Some("NULL".to_owned());
        let options = Written { null, headings: false, style: Language::Sql.style(), ..Written::default() };
        let mut writer = Writer::new(Format::Tsv, answer.schema(), options, Box::new(memory.clone()))?;
        while let Some(batch) = answer.next().await? {
            writer.write(&batch)?;
        }
        writer.finish()?;
        text = Some(memory.text());
    }
    Ok(text.unwrap_or_default().trim_end_matches('\n').to_owned())
}

#[test]
fn every_example_gives_what_it_says() {
    let runtime = Runtime::new().expect("threads can be started");
    let session = runtime.block_on(Session::open(&[] as &[&str], Options::new(Utc::now()))).expect("a session");
    let mut wrong = Vec::new();
    for function in functions::all() {
        assert!(!function.examples.is_empty(), "`{}` has no example", function.name);
        for (expr, expected) in function.examples {
            match runtime.block_on(value_of(&session, expr)) {
                Ok(got) if got == *expected => {}
                Ok(got) => wrong.push(format!("{expr}: {got}, not {expected}")),
                Err(error) => wrong.push(format!("{expr}: {error}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_are_unique_and_usage_begins_with_them() {
    let mut names = HashSet::new();
    for function in functions::all() {
        assert!(function.usage.starts_with(function.name), "{}", function.usage);
        for name in function.aliases.iter().chain([&function.name]) {
            assert!(names.insert(*name), "`{name}` stands twice");
            assert_eq!(*name, name.to_lowercase());
        }
    }
}
