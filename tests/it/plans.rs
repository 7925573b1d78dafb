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

/// Every scan of a pipe query's plan has these parts, the first scan the first of them, and none the whole record.
#[track_caller]
fn pipes(text: &str, scans: &[&[&str]]) {
    let plan = Asked::open(&[BUNDLED]).ask(&format!("EXPLAIN {text}")).expect(text);
    let found: Vec<&str> = plan.split("DataSourceExec").skip(1).collect();
    assert_eq!(found.len(), scans.len(), "{text}: {plan}");
    for (found, parts) in found.iter().zip(scans) {
        for part in *parts {
            assert!(found.contains(part), "{text}: `{part}` is missing in {found}");
        }
        let projection = found.split("projection=[").nth(1).and_then(|rest| rest.split("], ").next());
        let is_whole = |item: &str| item.split(['@', ' ']).next() == Some("eventjson");
        assert!(!projection.unwrap_or_default().split(", ").any(is_whole), "{text}: {found}");
    }
}

#[test]
fn pipe_queries_read_leaves_and_filter_in_the_scan() {
    let login = "predicate=record_numeral(eventjson@32, eventName) = ConsoleLogin";
    pipes(
        "filter eventName = 'ConsoleLogin' and errorMessage like /Failed/ | stats count(*) by userIdentity.arn, sourceIPAddress | sort count(*) desc",
        &[&[
            login,
            "errorMessage",
            "projection=[record_numeral(eventjson@32, userIdentity, arn)",
            "record_numeral(eventjson@32, sourceIPAddress)",
        ]],
    );
    pipes(
        "fields eventName | filter @timestamp >= '2026-03-01' | filter requestParameters.bucketName in ['a', 'b'] | dedup userIdentity.arn",
        &[&["predicate=", "record_time(eventjson@32, eventTime) >=", "bucketName) = a OR"]],
    );
}

#[test]
fn both_sides_of_joins_and_the_queries_inside_read_leaves() {
    pipes(
        "filter eventName = 'ConsoleLogin' | join left=a right=b where a.sourceIPAddress = b.sourceIPAddress (filter eventName = 'CreateUser') | fields a.eventName, b.userIdentity.arn",
        &[
            &["eventName) = ConsoleLogin"],
            &["eventName) = CreateUser", "record_numeral(eventjson@32, userIdentity, arn)"],
        ],
    );
    pipes(
        "filter sourceIPAddress in (filter eventName = 'ConsoleLogin' | fields sourceIPAddress) | stats count(*) by eventName",
        &[&["eventName) = ConsoleLogin", "sourceIPAddress"], &["eventName", "sourceIPAddress"]],
    );
}

#[test]
fn commands_that_look_at_other_rows_read_leaves_once() {
    for command in [
        "unnest resources into r | display r.ARN",
        "stats count(*) as n by bin(1h) | fillmissing with 0 for n | accum n",
        "sessionize userIdentity.arn | display session_id, eventName",
        "filter ispresent(errorMessage) | pattern errorMessage",
        "fields eventName, errorCode | filldown errorCode",
        "filter resources[*].ARN like 'bucket' | fields eventName",
        "countFrequent awsRegion, eventName",
        "stats count(*) as n by awsRegion | addtotals col=true | outlier n",
    ] {
        pipes(command, &[&["projection=["]]);
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
