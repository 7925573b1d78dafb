//! Saved queries: every one finds something in the busy archive and nothing in the quiet one.

use chrono::{DateTime, Utc};

use crate::fixture::Fixture;
use trailql::packs::{self, SavedQuery};
use trailql::session::{Options, Session};

async fn open(fixture: &Fixture) -> Session {
    // Queries that look back from now see the fixtures' records.
    let now: DateTime<Utc> = "2026-03-02T12:00:00Z".parse().expect("a time");
    Session::open(&[fixture.location()], Options::new(now)).await.expect("a folder can be opened")
}

async fn findings(session: &Session, query: &SavedQuery) -> u64 {
    let fails = |error: trailql::Error| -> ! { panic!("{}: {error}", query.id) };
    let statements = session.parse(&query.source, query.language).unwrap_or_else(|error| fails(error));
    let mut rows = 0;
    for statement in statements {
        let mut answer = session.run(statement).await.unwrap_or_else(|error| fails(error));
        while answer.next().await.unwrap_or_else(|error| fails(error)).is_some() {}
        let outcome = answer.outcome();
        assert!(!outcome.is_incomplete(), "{}: {outcome:?}", query.id);
        rows += outcome.rows;
    }
    rows
}

#[tokio::test]
async fn every_saved_query_has_findings_in_busy_and_none_in_quiet() {
    let (busy, quiet) = (Fixture::new("busy").expect("fixtures"), Fixture::new("quiet").expect("fixtures"));
    let (busy, quiet) = (open(&busy).await, open(&quiet).await);
    let packs = packs::all().expect("packs that read");
    assert!(packs.iter().any(|pack| !pack.queries.is_empty()), "no saved query at all");
    let mut wrong = Vec::new();
    for query in packs.iter().flat_map(|pack| &pack.queries) {
        if findings(&busy, query).await == 0 {
            wrong.push(format!("{} finds nothing in busy", query.id));
        }
        let false_alarms = findings(&quiet, query).await;
        if false_alarms > 0 {
            wrong.push(format!("{} finds {false_alarms} in quiet", query.id));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
