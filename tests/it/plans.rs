//! The shapes in which most questions come reach the scan: single leaves, predicates, times that prune.

use crate::asked::Asked;

const BUNDLED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/archive");

/// The scan of a statement's plan has these parts, and a whole struct or JSON column is never asked for.
#[track_caller]
fn scans(text: &str, parts: &[&str]) {
    let plan = Asked::open(&[BUNDLED]).ask(&format!("EXPLAIN {text}")).expect(text);
    let scan = plan.rsplit("DataSourceExec").next().unwrap_or_default();
    for part in parts {
        assert!(scan.contains(part), "{text}: `{part}` is missing in {scan}");
    }
    let projection = scan.split("projection=[").nth(1).and_then(|rest| rest.split("], ").next()).unwrap_or_default();
    for whole in ["useridentity", "requestparameters", "responseelements"] {
        let is_whole = projection.split(", ").any(|item| item.split(['@', ' ']).next() == Some(whole));
        assert!(!is_whole, "{text}: {projection}");
    }
}

#[test]
fn members_of_structs_are_read_alone() {
    scans(
        "SELECT useridentity.sessioncontext.sessionissuer.arn, count(*) FROM cloudtrail GROUP BY 1",
        &["get_field(useridentity@1, sessioncontext, sessionissuer, arn)"],
    );
}

#[test]
fn members_of_json_are_read_alone_in_every_spelling() {
    for path in [
        "requestParameters.bucketName",
        "requestparameters['bucketName']",
        "element_at(requestParameters, 'bucketName')",
        "element_at(ct.requestparameters, 'bucketName')",
    ] {
        scans(
            &format!("SELECT {path} FROM cloudtrail ct WHERE {path} = 'x'"),
            &["predicate=json_member(requestparameters@10, bucketName) = x"],
        );
    }
    scans(
        "SELECT json_extract_scalar(requestparameters, '$.bucketName') FROM cloudtrail_logs",
        &["projection=[json_extract_scalar(requestparameters@10, $.bucketName)"],
    );
}

/// A leaf that the scan builds is watched for; a column that an expression is evaluated over is not.
#[test]
fn leaves_by_any_function_are_the_scans_own() {
    for path in ["requestparameters.nosuch", "json_extract_scalar(requestparameters, '$.nosuch')"] {
        let plan = Asked::open(&[BUNDLED]).outcome(&format!("SELECT count({path}) FROM cloudtrail"));
        assert_eq!(plan.unknown_fields.len(), 1, "{path}");
    }
}

#[test]
fn times_prune_however_they_are_spelled() {
    for bound in [
        "eventtime >= '2026-05-13T00:00:00Z'",
        "eventtime >= '2026-05-13 00:00:00'",
        "eventtime >= '2026-05-13'",
        "eventtime > TIMESTAMP '2026-05-13 00:00:00'",
        "from_iso8601_timestamp(eventtime) >= TIMESTAMP '2026-05-13 00:00:00 UTC'",
        "from_iso8601_timestamp(eventtime) > date_add('day', -1, TIMESTAMP '2026-05-14 00:00:00')",
        "date_parse(eventtime, '%Y-%m-%dT%H:%i:%sZ') >= TIMESTAMP '2026-05-13 00:00:00'",
        "parse_datetime(eventtime, 'yyyy-MM-dd''T''HH:mm:ss''Z') >= TIMESTAMP '2026-05-13 00:00:00'",
        "eventtime BETWEEN '2026-05-13 00:00:00' AND '2026-05-14 00:00:00'",
    ] {
        let text = format!("SELECT eventname FROM cloudtrail WHERE {bound}");
        let plan = Asked::open(&[BUNDLED]).ask(&format!("EXPLAIN {text}")).expect(&text);
        assert!(!plan.contains("folders_pruned=0,"), "{bound}: {plan}");
    }
}

#[test]
fn partitions_prune_by_every_usual_name() {
    for partition in [
        "region = 'eu-west-1'",
        "account = '111122223333'",
        "year = '2026' AND month = '05' AND day = '12'",
        "\"timestamp\" = '2026/05/12'",
        "\"date\" = '2026-05-12'",
    ] {
        let text = format!("SELECT eventname FROM cloudtrail_logs WHERE {partition}");
        let plan = Asked::open(&[BUNDLED]).ask(&format!("EXPLAIN {text}")).expect(&text);
        assert!(!plan.contains("folders_pruned=0,"), "{partition}: {plan}");
    }
}

#[test]
fn a_predicate_below_unnest_and_in_a_definition_reaches_the_scan() {
    scans(
        "SELECT r.arn FROM cloudtrail CROSS JOIN UNNEST(resources) AS t(r) WHERE eventname = 'AssumeRole'",
        &["predicate=eventname@4 = AssumeRole", "needles="],
    );
    let asked = Asked::open(&[BUNDLED]);
    let definition = "CREATE EXTERNAL TABLE logs (eventname string, useridentity struct<type:string,arn:string>) \
                      PARTITIONED BY (region string) LOCATION '";
    asked.ask(&format!("{definition}{BUNDLED}'")).expect("a definition");
    let plan = asked
        .ask("EXPLAIN SELECT useridentity.arn FROM logs WHERE eventname = 'AssumeRole' AND region = 'eu-west-1'")
        .expect("a plan");
    assert!(plan.contains("predicate=eventname@4 = AssumeRole"), "{plan}");
    assert!(plan.contains("get_field(useridentity@1, arn)"), "{plan}");
    assert!(!plan.contains("folders_pruned=0,"), "{plan}");
}
