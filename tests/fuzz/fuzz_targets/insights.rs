//! Any text, and any soup of the language's words, as a query: nothing panics; tokens cover every byte; what parses
//! prints as text that parses to the same; and what lowers is planned.
#![no_main]

use std::sync::Arc;

use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;

use engine::diag::Source;
use engine::insights::{Archive, Range, Scope, expected_at, lex, lower, parse};
use engine::schema::columns;

/// A query's text.
#[derive(Debug)]
struct Input(String);

/// Words that meet in queries.
const WORDS: &[&str] = &[
    "fields ", "display ", "filter ", "stats ", "sort ", "limit 5 ", "parse ", "dedup ", "unnest ", "pattern ", "diff ",
    "anomaly ", "relevantfields ", "SOURCE ", "logGroups(", "join ", "left=a ", "right=b ", "where ", "lookup ", "OUTPUT ",
    "appendcols ", "addtotals col=true ", "accum ", "autoregress p=1-2 ", "filldown ", "fillmissing with 0 for ",
    "countFrequent ", "sessionize ", "maxspan 1h ", "outlier mark=true ", "estimate ", "| ", "| ", "| ", ", ", "(", ") ", "[", "] ",
    "= ", "!= ", "< ", "=~ ", "like ", "not ", "in ", "and ", "or ", "as ", "by ", "desc ", "into ", "offset 1h ",
    "eventName ", "a.eventName ", "resources[*].ARN ", "requestParameters.`x-y`.0 ", "@timestamp ", "@message ", "n ",
    "count(*) ", "sum(n) ", "bin(5m) ", "strlen(n) ", "latest(n) ", "\"t*\" ", "'u' ", "/r(?<n>x)/ ", "5 ", "1.5 ", "5m ",
    "true ", "null ", "# c\n", "- ", "* ", "/ ", "^ ", "`", "\"", "\\", "é", "$",
];

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        if u.ratio(1_u8, 4)? {
            return String::arbitrary(u).map(Self);
        }
        let words = u.int_in_range(0..=40)?;
        (0..words).map(|_| u.choose(WORDS).copied()).collect::<Result<String>>().map(Self)
    }
}

fuzz_target!(|input: Input| {
    let text = input.0;
    let mut at = 0;
    for token in lex(&text) {
        assert_eq!(token.span.start, at);
        assert!(token.span.end > at);
        at = token.span.end;
    }
    assert_eq!(at, text.len());
    let _ = expected_at(&text, text.len() / 2);
    let source = Source::new("query", text.as_str());
    let Ok(query) = parse(&source) else { return };
    let printed = query.to_string();
    let again = parse(&Source::new("printed", printed.as_str())).expect("what is printed parses");
    assert_eq!(again.to_string(), printed);
    if let Err(errors) = lower(&query, &source, &scope()) {
        assert!(errors.list.iter().all(|error| error.code != "I033"), "{errors:?}");
    }
});

fn scope() -> Scope {
    use datafusion::datasource::{empty::EmptyTable, provider_as_source};
    use datafusion::logical_expr::LogicalPlanBuilder;

    let table = EmptyTable::new(columns::arrow_schema());
    let scan = LogicalPlanBuilder::scan("cloudtrail", provider_as_source(Arc::new(table)), None);
    let records = scan.and_then(LogicalPlanBuilder::build).expect("a scan");
    let archive = Archive { name: "audit".to_owned(), always: records.clone(), records };
    let range = Range { since: Some(1_767_225_600_000), before: None };
    Scope { archives: vec![archive], tables: Vec::new(), range, now: Default::default() }
}
