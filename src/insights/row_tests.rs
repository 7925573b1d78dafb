//! The language as rows: every query runs over the same few records, with results worked out by hand.

use std::sync::Arc;

use chrono::DateTime;
use datafusion::arrow::array::{
    ArrayRef, AsArray, RecordBatch, StringArray, TimestampMillisecondArray, new_null_array,
};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type, TimestampMillisecondType};
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::logical_expr::LogicalPlanBuilder;
use datafusion::prelude::SessionContext;
use proptest::prelude::*;

use super::*;
use crate::diag::Source;
use crate::functions::number;
use crate::schema::columns;

/// Seven records of one day, oldest first, one hour apart from 00:00 on.
const RECORDS: &[&str] = &[
    r#"{"eventTime":"2026-01-01T00:00:00Z","eventName":"ConsoleLogin","eventSource":"signin.amazonaws.com","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.1","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::123456789012:user/ann","accountId":"123456789012"},"errorMessage":"Failed authentication","readOnly":false,"recipientAccountId":"012345678901","additionalEventData":{"MFAUsed":"No","x":"x9"},"eventCategory":"Management"}"#,
    r#"{"eventTime":"2026-01-01T01:00:00Z","eventName":"ConsoleLogin","eventSource":"signin.amazonaws.com","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.1","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::123456789012:user/ann","accountId":"123456789012"},"errorMessage":"Failed authentication","readOnly":false,"recipientAccountId":"012345678901","additionalEventData":{"MFAUsed":"No","x":"x10"}}"#,
    r#"{"eventTime":"2026-01-01T02:00:00Z","eventName":"ConsoleLogin","eventSource":"signin.amazonaws.com","awsRegion":"eu-west-1","sourceIPAddress":"2001:db8::7","userIdentity":{"type":"Root","arn":"arn:aws:iam::123456789012:root","accountId":"123456789012"},"errorMessage":"Failed authentication","readOnly":false,"recipientAccountId":"012345678901","additionalEventData":{"MFAUsed":"Yes","x":"a"}}"#,
    r#"{"eventTime":"2026-01-01T03:00:00Z","eventName":"RunInstances","eventSource":"ec2.amazonaws.com","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.9","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::123456789012:assumed-role/admin/bob","accountId":"210987654321","sessionContext":{"attributes":{"mfaAuthenticated":"true"}}},"requestParameters":{"instanceType":"m5.large","count":2,"dryRun":false,"x-amz-acl":"private"},"responseElements":{"instancesSet":{"items":[{"instanceId":"i-0abc"},{"instanceId":"i-0def"}]}},"readOnly":false,"recipientAccountId":"012345678901","additionalEventData":{"x":"9"},"userAgent":"aws-cli/2.15.1 md/Botocore#1.34"}"#,
    r#"{"eventTime":"2026-01-01T04:00:00Z","eventName":"RunInstances","eventSource":"ec2.amazonaws.com","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.9","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::123456789012:assumed-role/admin/bob","accountId":"210987654321"},"requestParameters":{"instanceType":"m5.large","count":10,"dryRun":true},"readOnly":false,"recipientAccountId":"012345678901","additionalEventData":{"x":"10"},"userAgent":"aws-cli/1.9.0 Python/3"}"#,
    r#"{"eventTime":"2026-01-01T05:00:00Z","eventName":"DescribeInstances","eventSource":"ec2.amazonaws.com","awsRegion":"us-east-1","sourceIPAddress":"ec2.amazonaws.com","userIdentity":{"type":"AWSService"},"errorCode":"AccessDenied","readOnly":true,"recipientAccountId":"012345678901","requestParameters":null,"resources":[{"ARN":"arn:aws:s3:::b","accountId":"123456789012"}]}"#,
    r#"{"eventTime":"2026-01-01T06:00:00Z","eventName":"GetObject","eventSource":"s3.amazonaws.com","awsRegion":"us-east-1","sourceIPAddress":"10.1.2.3","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::123456789012:user/ann","accountId":"123456789012"},"readOnly":true,"recipientAccountId":"012345678901","requestParameters":{"bucketName":"b","key":"say \"no\""},"errorMessage":""}"#,
];

fn table() -> MemTable {
    let schema = columns::arrow_schema();
    let text = |value: fn(usize) -> String| -> ArrayRef {
        Arc::new((0..RECORDS.len()).map(|row| Some(value(row))).collect::<StringArray>())
    };
    let columns = schema.fields().iter().map(|field| match field.name().as_str() {
        "eventjson" => text(|row| RECORDS[row].to_owned()),
        "account" => text(|_| "123456789012".to_owned()),
        "region" => text(|_| "us-east-1".to_owned()),
        "folder" => text(|_| "CloudTrail".to_owned()),
        "$file_modified_time" => {
            let times = TimestampMillisecondArray::from(vec![1_767_225_900_000; RECORDS.len()]);
            Arc::new(times.with_timezone("UTC"))
        }
        _ => new_null_array(field.data_type(), RECORDS.len()),
    });
    let columns = columns.collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns).expect("columns fit the schema");
    MemTable::try_new(schema, vec![vec![batch]]).expect("one batch")
}

fn scope() -> Scope {
    let scan = LogicalPlanBuilder::scan("cloudtrail", provider_as_source(Arc::new(table())), None);
    let table = scan.and_then(LogicalPlanBuilder::build).expect("a scan");
    let now = DateTime::from_timestamp(1_767_250_800, 0).expect("2026-01-01T07:00:00Z");
    let archive = Archive { name: "audit".to_owned(), records: table.clone(), always: table };
    Scope { archives: vec![archive], tables: Vec::new(), range: Range::default(), now }
}

fn lowered(text: &str) -> Result<Lowered, crate::diag::Diagnostics> {
    let source = Source::new("query", text);
    lower(&parse(&source)?, &source, &scope())
}

fn run(text: &str) -> Vec<RecordBatch> {
    let lowered = lowered(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let context = SessionContext::new();
        let frame = context.execute_logical_plan(lowered.plan).await.unwrap_or_else(|error| panic!("{text}: {error}"));
        let schema = Arc::clone(frame.schema().inner());
        let batches = frame.collect().await.unwrap_or_else(|error| panic!("{text}: {error}"));
        if batches.is_empty() { vec![RecordBatch::new_empty(schema)] } else { batches }
    })
}

fn cell(column: &ArrayRef, row: usize) -> String {
    if column.is_null(row) {
        return "-".to_owned();
    }
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
        DataType::Utf8View => column.as_string_view().value(row).to_owned(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => number::format(column.as_primitive::<Float64Type>().value(row)),
        DataType::Timestamp(..) => {
            let time = column.as_primitive::<TimestampMillisecondType>().value(row);
            let time = DateTime::from_timestamp_millis(time).expect("a time");
            time.format("%Y-%m-%d %H:%M:%S%.3f").to_string()
        }
        other => panic!("a result of type {other}"),
    }
}

/// Checks columns and rows: names, then one row per line, cells with ` | ` between them, `-` for missing.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let batches = run(text);
    let names: Vec<_> = batches[0].schema().fields().iter().map(|field| field.name().clone()).collect();
    let mut lines = vec![names.join(" | ")];
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let cells: Vec<_> = batch.columns().iter().map(|column| cell(column, row)).collect();
            lines.push(cells.join(" | "));
        }
    }
    assert_eq!(lines, expected, "{text}");
}

/// Checks how many records a condition keeps.
#[track_caller]
fn keeps(condition: &str, expected: usize) {
    let rows: usize = run(&format!("filter {condition}")).iter().map(RecordBatch::num_rows).sum();
    assert_eq!(rows, expected, "{condition}");
}

/// Checks expressions over one row.
#[track_caller]
fn gives(expressions: &str, expected: &str) {
    let batches = run(&format!("filter @timestamp = 1767236400000 | fields {expressions}"));
    let cells: Vec<_> = batches[0].columns().iter().map(|column| cell(column, 0)).collect();
    assert_eq!(cells.join(" | "), expected, "{expressions}");
}

#[test]
fn the_samples_run() {
    check(
        "filter eventName = \"ConsoleLogin\" and errorMessage like /Failed/ \
         | stats count(*) by userIdentity.arn, sourceIPAddress | sort count(*) desc",
        &[
            "userIdentity.arn | sourceIPAddress | count(*)",
            "arn:aws:iam::123456789012:user/ann | 192.0.2.1 | 2",
            "arn:aws:iam::123456789012:root | 2001:db8::7 | 1",
        ],
    );
    check(
        "filter eventName = \"RunInstances\" | stats count(*) by userIdentity.arn, requestParameters.instanceType",
        &[
            "userIdentity.arn | requestParameters.instanceType | count(*)",
            "arn:aws:sts::123456789012:assumed-role/admin/bob | m5.large | 2",
        ],
    );
}

#[test]
fn fields_come_by_path() {
    gives("userIdentity.sessionContext.attributes.mfaAuthenticated, noSuchField", "true | -"); // F01, F05
    gives("responseElements.instancesSet.items.1.instanceId", "i-0def"); // F03
    gives("requestParameters.`x-amz-acl`, `requestParameters.x-amz-acl`", "private | private"); // L18, L19
    gives("readOnly, requestParameters.count", "0 | 2"); // F10
    gives(
        "@timestamp, @logStream, @log",
        "2026-01-01 03:00:00.000 | 123456789012_CloudTrail_us-east-1 | 123456789012:audit",
    ); // F06, F08
    gives("@ingestionTime, @entity.Attributes.x, @ptr", "2026-01-01 00:05:00.000 | - | -"); // F08, F09
    check("filter eventname = 'RunInstances'", &["@timestamp | @message"]); // L13
    check(
        "filter eventName = 'DescribeInstances' | fields resources.0.ARN, requestParameters, userIdentity",
        &["resources.0.ARN | requestParameters | userIdentity", r#"arn:aws:s3:::b | - | {"type":"AWSService"}"#],
    ); // F02, F04
}

#[test]
fn conditions_are_true_or_false() {
    keeps("readOnly = 1", 2); // F11
    keeps("readOnly = true", 2); // F12
    keeps("readOnly = \"true\"", 2); // F13
    keeps("readOnly != true", 5);
    keeps("readOnly = 0", 5);
    keeps("requestParameters.dryRun = false", 1);
    keeps("requestParameters.dryRun in ['true', 'x']", 1);
    keeps("userIdentity.sessionContext.attributes.mfaAuthenticated = \"true\"", 1); // F14
    keeps("recipientAccountId = 12345678901", 7); // F15
    keeps("recipientAccountId = \"012345678901\"", 7); // F16
    keeps("recipientAccountId = \"12345678901\"", 0);
    keeps("userIdentity.accountId != recipientAccountId", 7); // F17
    keeps("@timestamp > 1767225600000", 6); // F18
    keeps("@timestamp >= '2026-01-01 05:00:00'", 2);
    keeps("1767225600000 >= @timestamp", 1);
    keeps("errorCode = \"AccessDenied\"", 1); // F19
    keeps("errorCode != \"AccessDenied\"", 6); // F20
    keeps("errorCode not like /Access/", 6); // F21
    keeps("errorCode != null", 1); // F22
    keeps("errorCode = null", 6);
    keeps("not (errorCode = \"X\")", 7);
    keeps("not (errorCode = \"X\" and eventName = \"GetObject\")", 7);
    keeps("errorCode = noSuchField", 0);
    keeps("noSuchA = noSuchB", 0);
    keeps("not ispresent(errorCode)", 6); // O08
    keeps("!ispresent(errorCode)", 6); // O09
    keeps("ispresent(errorCode) = 0", 6); // S11
    keeps("ispresent(errorMessage)", 4);
    keeps("eventName == \"GetObject\"", 1); // O10
    keeps("eventName like \"Instances\"", 3); // O11
    keeps("eventName like \"instances\"", 0); // O12
    keeps("sourceIPAddress like \"192.0%\"", 0); // O13
    keeps("eventName like /Inst/", 3); // O14
    keeps("eventName =~ /^(?i)get/", 1); // O15, L22
    keeps("eventName not like /^Get/", 6); // O16
    keeps("eventName in [\"GetObject\", 'RunInstances']", 3); // O17
    keeps("requestParameters.count in [2, 3]", 1); // O18
    keeps("awsRegion not in [\"us-east-1\"]", 1); // O19
    keeps("errorCode not in ['x']", 7);
    keeps("eventName = 'GetObject' or awsRegion = 'eu-west-1' and readOnly = 1", 1); // O06
    keeps("(eventName = 'GetObject' or awsRegion = 'eu-west-1') and readOnly = 1", 1); // O07
    keeps("requestParameters.count > 2", 1);
    keeps("10 <= requestParameters.count", 1);
    keeps("eventName > 5", 0);
    keeps("isIpInSubnet(sourceIPAddress, \"192.0.2.0/24\")", 2); // S20
    keeps("isIpv4InSubnet(sourceIPAddress, \"10.0.0.0/8\")", 1); // S18
    keeps("isIpv6InSubnet(sourceIPAddress, \"2001:db8::/32\")", 1); // S19
    keeps("not isValidIp(sourceIPAddress)", 1); // S17
    keeps("isValidIpV4(sourceIPAddress) or isValidIpV6(sourceIPAddress)", 6); // S16
    keeps("isempty(errorCode) and isblank(errorMessage)", 3); // S21
    keeps("toMillis(@timestamp) >= (now() - 3600) * 1000", 1); // S09
    keeps("@timestamp >= (now() - 3600) * 1000", 1);
    keeps("@message like 'i-0abc'", 1);
    keeps("readOnly", 2);
    keeps("errorMessage = ''", 1);
    keeps("requestParameters.key = \"say \\\"no\\\"\"", 1); // L16
    keeps("strlen(eventName) > 12 or isblank(eventName)", 1);
    check("filterIndex eventName = 'GetObject' | fields awsRegion", &["awsRegion", "us-east-1"]); // C10
}

#[test]
fn expressions_calculate() {
    gives("1 + 2 * 3 as x, 2 ^ 3 ^ 2, 10 % 3, -requestParameters.count, 1 / 0", "7 | 512 | 1 | -2 | -"); // O01 to O05
    gives("0 ^ -1, (-8) ^ 0.5 = 1", "- | 0");
    gives("10 % 0, eventName + 1, 7 / 2, requestParameters.count > 1 as big", "- | - | 3.5 | 1"); // O20
    gives("abs(-1), ceil(1.2), floor(1.8)", "1 | 2 | 1"); // S01
    gives("greatest(1,3,2), least(1,3,2), greatest(noSuch, 2)", "3 | 1 | 2"); // S02
    gives("floor(log(2.718281829) + 0.5), log(0), log(-1)", "1 | - | -"); // S03
    gives("sqrt(9), sqrt(-1)", "3 | -"); // S04
    gives(
        "bin(1d), bin(2h), bin(1mo), bin(1w), bin(2qtr)",
        "2026-01-01 00:00:00.000 | 2026-01-01 02:00:00.000 | 2026-01-01 00:00:00.000 | 2025-12-29 00:00:00.000 | 2026-01-01 00:00:00.000",
    ); // S05, L26
    gives(
        "datefloor(eventTime, 2h), dateceil(@timestamp, 2h), dateceil(@timestamp, 1h)",
        "2026-01-01 02:00:00.000 | 2026-01-01 04:00:00.000 | 2026-01-01 03:00:00.000",
    ); // S07
    gives(
        "toMillis(fromMillis(1767225600000)), fromMillis(0), @timestamp - 1000",
        "1767225600000 | 1970-01-01 00:00:00.000 | 1767236399000",
    ); // S08
    gives("now()", "1767250800");
    gives("coalesce(errorCode, 'none'), coalesce(errorCode, 5), coalesce(null, 5)", "none | 5 | 5"); // S12
    gives(
        "concat(awsRegion, ':', eventName, errorCode, 5, @timestamp)",
        "us-east-1:RunInstances52026-01-01 03:00:00.000",
    ); // S22
    gives("trim('  a '), ltrim('xxa','x'), rtrim('axx','x'), trim(\"\ta\n\")", "a | a | a | a"); // S23
    gives("strlen('né'), toupper('a'), tolower('B')", "2 | A | b"); // S24, S25
    gives(
        "substr('abcdef', 2, 3), substr('abcdef', 4), substr('né', 1), substr('a', 9), substr('abc', -1, 2)",
        "cde | ef | é |  | ab",
    ); // S26, S27
    gives("replace('a-b-c', '-', ''), strcontains('abc', 'b'), strcontains('abc', 'x')", "abc | 1 | 0"); // S28, S29
    gives("toupper(substr(trim(eventName), 0, 3))", "RUN"); // S30
    gives("md5('a'), substr(sha256('a'), 0, 8)", "0cc175b9c0f1b6a831c399e269772661 | ca978112"); // S31
    gives(
        "unmask(eventName), jsonParse(@message) as m, isValidIp('ec2.amazonaws.com')",
        &format!("RunInstances | {} | 0", RECORDS[3]),
    ); // C61, S17
    gives("strlen(noSuch), toupper(noSuch), noSuch + 1, noSuch = 1", "- | - | - | 0");
}

#[test]
fn json_text_has_members() {
    gives(
        "jsonParse(@message) as m, m.eventName, m.responseElements.instancesSet.items.0.instanceId as id | display id, m.eventName",
        "i-0abc | RunInstances",
    ); // S14
    check(
        "fields jsonParse(@message) as m | stats count() by m.eventSource",
        &["m.eventSource | count()", "ec2.amazonaws.com | 3", "s3.amazonaws.com | 1", "signin.amazonaws.com | 3"],
    ); // S13
    gives("jsonParse('{\"a\":[1,2]}') as p | display p.a.1, p.b", "2 | -");
}

#[test]
fn columns_are_those_asked_for() {
    check(
        "filter eventName = 'GetObject'",
        &["@timestamp | @message", &format!("2026-01-01 06:00:00.000 | {}", RECORDS[6])],
    ); // C01
    check(
        "fields awsRegion | fields eventName | limit 2",
        &["awsRegion | eventName", "us-east-1 | GetObject", "us-east-1 | DescribeInstances"],
    ); // C02, C03, C40
    check("filter ispresent(errorCode) | fields userIdentity.type as who, who", &["who", "AWSService"]); // C04
    check("fields strlen(eventName) as n | filter n > 12 | display n, n * 2 as twice", &["n | twice", "17 | 34"]); // C05
    check("fields eventName | filter awsRegion = 'eu-west-1'", &["eventName", "ConsoleLogin"]); // C06
    check("fields eventName, awsRegion | display awsRegion | display eventName | limit 1", &["eventName", "GetObject"]); // C07, C08
    check("limit 2 | filter eventName = 'GetObject' | fields eventName", &["eventName", "GetObject"]); // C42
    check("sort @timestamp asc | head 1 | fields eventName", &["eventName", "ConsoleLogin"]); // C43
    check("fields requestParameters.bucketName as region, region = 'b' as hit | limit 1", &["region | hit", "b | 1"]);
    check(
        "fields eventName as a | parse sourceIPAddress '*.*' as a, b | display a, b | limit 1",
        &["a | b", "10 | 1.2.3"],
    );
}

#[test]
fn rows_are_counted_in_groups() {
    check("stats count(*)", &["count(*)", "7"]); // C12
    check("filter eventName = 'zzz' | stats count(*), sum(x)", &["count(*) | sum(x)", "0 | -"]); // C13
    check("filter eventName = 'zzz' | stats count(*) by x", &["x | count(*)"]);
    check(
        "stats count(*) by eventName",
        &["eventName | count(*)", "ConsoleLogin | 3", "DescribeInstances | 1", "GetObject | 1", "RunInstances | 2"],
    ); // C14, C19
    check("stats count() by tolower(awsRegion)", &["tolower(awsRegion) | count()", "eu-west-1 | 1", "us-east-1 | 6"]); // C16
    check(
        "stats count(*) by bin(3h) as t | sort t asc",
        &["t | count(*)", "2026-01-01 00:00:00.000 | 3", "2026-01-01 03:00:00.000 | 3", "2026-01-01 06:00:00.000 | 1"],
    ); // C17
    check(
        "stats count(*) by bin(3h)",
        &[
            "bin(3h) | count(*)",
            "2026-01-01 06:00:00.000 | 1",
            "2026-01-01 03:00:00.000 | 3",
            "2026-01-01 00:00:00.000 | 3",
        ],
    ); // R01, R05
    check(
        "stats count(*) by bin(3h) | sort bin( 3h ) asc | limit 1",
        &["bin(3h) | count(*)", "2026-01-01 00:00:00.000 | 3"],
    ); // R03
    check("stats count(*) by ispresent(errorCode) as failed", &["failed | count(*)", "0 | 6", "1 | 1"]); // C18
    check("stats count(*) as n by errorCode", &["errorCode | n", "AccessDenied | 1", "- | 6"]);
    check(
        "stats max(requestParameters.count) as a, min(requestParameters.count) as b, a - b as c",
        &["a | b | c", "10 | 2 | 8"],
    ); // C21
    check("stats sum(requestParameters.count) / count(*) as mean", &["mean", "1.7142857142857142"]); // C22
    check("stats avg(requestParameters.count / 2)", &["avg(requestParameters.count / 2)", "3"]); // C23
    check(
        "stats sum(requestParameters.count >= 5) as big, sum(strcontains(@message, 'ann'))",
        &["big | sum(strcontains(@message, 'ann'))", "1 | 3"],
    ); // C24, S29
    check("stats count(*) as n by eventName | filter n > 2", &["eventName | n", "ConsoleLogin | 3"]); // C25
    check("stats count(*) by eventName | filter count() > 2", &["eventName | count(*)", "ConsoleLogin | 3"]); // C26
    check(
        "stats count(*) as n by eventName, bin(1d) | stats max(n), avg(n) by bin(1d)",
        &["bin(1d) | max(n) | avg(n)", "2026-01-01 00:00:00.000 | 3 | 1.75"],
    ); // C27
    check(
        "stats count(*) as n by eventName, @timestamp | stats avg(n) by bin(1d)",
        &["bin(1d) | avg(n)", "2026-01-01 00:00:00.000 | 1"],
    ); // C28
    check(
        "stats count(*) as n by eventName | fields n * 2 as m, eventName | sort m desc | limit 1",
        &["m | eventName", "6 | ConsoleLogin"],
    );
    check("stats count(*) by eventName | sort count() desc | limit 1", &["eventName | count(*)", "ConsoleLogin | 3"]); // C33, C34
    check(
        "stats pct(requestParameters.count,50) by awsRegion | sort pct( requestParameters.count, 50 ) desc | limit 1",
        &["awsRegion | pct(requestParameters.count,50)", "us-east-1 | 6"],
    ); // R02
}

#[test]
fn aggregates_aggregate() {
    check("stats count(), count(*), count(errorCode)", &["count() | count(*) | count(errorCode)", "7 | 7 | 1"]); // A01, A02
    check(
        "stats count_distinct(userIdentity.arn) as n, count_distinct(eventName, awsRegion) as m",
        &["n | m", "3 | 5"],
    ); // A03
    check("stats count_distinct(coalesce(errorCode, awsRegion)) as n", &["n", "3"]); // A04
    check(
        "stats sum(additionalEventData.x), avg(additionalEventData.x), min(additionalEventData.x), max(additionalEventData.x)",
        &[
            "sum(additionalEventData.x) | avg(additionalEventData.x) | min(additionalEventData.x) | max(additionalEventData.x)",
            "19 | 9.5 | a | 10",
        ],
    ); // A05, A11
    check(
        "stats min(@timestamp) as a, max(@timestamp) as b",
        &["a | b", "2026-01-01 00:00:00.000 | 2026-01-01 06:00:00.000"],
    ); // A06
    check("stats pct(requestParameters.count, 0) as a, pct(requestParameters.count, 100) as b", &["a | b", "2 | 10"]); // A07
    check("stats stddev(requestParameters.count) ^ 2 as v", &["v", "32.00000000000001"]); // A08
    check(
        "stats earliest(eventName) as a, latest(eventName) as b, latest(errorCode) as c by awsRegion",
        &[
            "awsRegion | a | b | c",
            "eu-west-1 | ConsoleLogin | ConsoleLogin | -",
            "us-east-1 | ConsoleLogin | GetObject | AccessDenied",
        ],
    ); // A09
    check("stats sortsFirst(eventName) as a, sortsLast(eventName) as b", &["a | b", "ConsoleLogin | RunInstances"]); // A10
    check(
        "stats count_over_time(errorCode) as a, sum_over_time(requestParameters.count) as b by bin(1d) as t | display a, b",
        &["a | b", "1 | 12"],
    ); // A12
}

#[test]
fn rows_have_an_order() {
    let x = "filter ispresent(additionalEventData.x) | fields additionalEventData.x as x";
    check(&format!("{x} | sort x"), &["x", "a", "x9", "x10", "9", "10"]); // C30, C37, C38, C39
    check(&format!("{x} | sort by x desc"), &["x", "10", "9", "x10", "x9", "a"]); // C32
    check(
        "fields errorCode, eventName | sort errorCode desc, eventName asc | limit 3",
        &["errorCode | eventName", "AccessDenied | DescribeInstances", "- | ConsoleLogin", "- | ConsoleLogin"],
    ); // C31
    check("sort eventName | limit 1 | fields @timestamp", &["@timestamp", "2026-01-01 02:00:00.000"]);
    check(
        "stats count(*) by awsRegion | sort @timestamp desc",
        &["awsRegion | count(*)", "eu-west-1 | 1", "us-east-1 | 6"],
    ); // C36
    check("stats count(*) by awsRegion | sort count desc", &["awsRegion | count(*)", "us-east-1 | 6", "eu-west-1 | 1"]); // C35
    check("fields eventName | tail 2", &["eventName", "ConsoleLogin", "ConsoleLogin"]); // C43
    check(
        "fields eventName | sort requestParameters.count desc | limit 2",
        &["eventName", "RunInstances", "RunInstances"],
    );
}

#[test]
fn one_row_of_each_stays() {
    check(
        "fields eventName, @timestamp | dedup eventName",
        &[
            "eventName | @timestamp",
            "GetObject | 2026-01-01 06:00:00.000",
            "DescribeInstances | 2026-01-01 05:00:00.000",
            "RunInstances | 2026-01-01 04:00:00.000",
            "ConsoleLogin | 2026-01-01 02:00:00.000",
        ],
    ); // C53
    check(
        "fields eventName, awsRegion | filter eventName = 'ConsoleLogin' | dedup eventName, awsRegion",
        &["eventName | awsRegion", "ConsoleLogin | eu-west-1", "ConsoleLogin | us-east-1"],
    ); // C54
    check("fields eventName | dedup errorCode | stats count(*)", &["count(*)", "7"]); // C55
    check(
        "sort @timestamp asc | dedup eventName | limit 1 | fields @timestamp",
        &["@timestamp", "2026-01-01 00:00:00.000"],
    ); // C56
}

#[test]
fn texts_are_taken_apart() {
    check(
        "parse userIdentity.arn \"arn:aws:*::*:*\" as svc, acct, rest | filter svc = 'sts' | display acct, rest | limit 1",
        &["acct | rest", "123456789012 | assumed-role/admin/bob"],
    ); // C44
    gives("1 | parse \"\\\"eventName\\\":\\\"*\\\"\" as e | display e", "RunInstances"); // C45
    gives("1 | parse userAgent \"aws-cli/* *\" as v, rest | display v, rest", "2.15.1 | md/Botocore#1.34"); // C46
    gives("1 | parse @message /\"eventName\":\"(?<e>[^\"]+)\"/ | display e", "RunInstances"); // C47
    gives("1 | parse userAgent /(\\w+)\\/(\\d+)/ as tool, major | display tool, major", "cli | 2"); // C48
    gives("eventName | parse eventName \"zz*\" as q | fields q", "RunInstances | -"); // C49
    gives(
        "1 | parse userAgent \"*/*\" as @tool, @rest | parse @rest '*.*' as a, b | display @tool, a, b",
        "aws-cli | 2 | 15.1 md/Botocore#1.34",
    ); // C50, C51
    check("parse userAgent \"aws-cli/*.*\" as major, r | filter major >= 2 | display major", &["major", "2"]); // C52
    gives("1 | parse userAgent /(?<a>zz)?(?<b>aws)/ | display a, b", "- | aws");
    check("parse userAgent \"aws-cli/*.*\" as major, r | stats avg(major)", &["avg(major)", "1.5"]);
}

/// Checks the code and place of the first error, and the codes of notices of queries that run.
#[track_caller]
fn fails(text: &str, code: &str, place: &str) {
    let error = lowered(text).expect_err(text);
    let (span, _) = error.list[0].label.clone().expect("a place");
    assert_eq!((error.list[0].code, &text[span.range()]), (code, place), "{text}");
}

#[test]
fn names_that_mean_nothing_are_errors_where_that_is_sure() {
    fails("filter sum(x) > 1", "I025", "sum(x)"); // E15
    fails("stats sum(count(*))", "I025", "count(*)");
    fails("stats eventName by awsRegion", "I026", "eventName");
    fails("stats 1", "I026", "1");
    fails("stats count(*) by a | stats max(b)", "I027", "b"); // E21
    fails("stats count(*) as calls by a | stats max(call)", "I027", "call");
    fails("stats count(*) as n by a | stats max(n) by bin(1h)", "I028", "bin");
    fails("stats count(*) as n by a | stats latest(n)", "I028", "latest");
}

#[test]
fn remarks_come_with_queries_that_run() {
    let codes =
        |text: &str| -> Vec<_> { lowered(text).expect(text).notices.iter().map(|notice| notice.code).collect() };
    assert_eq!(codes("stats count(*) by a | sort count desc"), ["I043"]);
    assert_eq!(codes("stats count(*) by a | sort @timestamp desc"), ["I042"]);
    assert_eq!(codes("stats count(*) by a | filter b = 1"), ["I042"]);
    assert_eq!(codes("stats count(*) by bin(300s) | head 1"), ["I044", "I041"]);
    assert_eq!(codes("stats count(*) as n by a | sort n, a"), Vec::<&str>::new());
}

#[test]
fn record_fields_that_the_text_names_are_told() {
    let text =
        "fields strlen(eventName) as n, eventName | filter n > 1 and userIdentity.arn = 'x' and @message like 'y'";
    let fields = lowered(text).expect(text).fields;
    let fields: Vec<_> = fields.iter().map(|(name, span)| (name.as_str(), &text[span.range()])).collect();
    assert_eq!(fields, [("eventName", "eventName"), ("userIdentity.arn", "userIdentity.arn")]);
}

#[test]
fn comparisons_of_a_filter_stay_bare() {
    let text = "filter eventName = 'X' and @timestamp >= 1767225600000 and awsRegion in ['a', 'b']";
    let plan = lowered(text).expect(text).plan.display_indent().to_string();
    let filter = plan.lines().find(|line| line.contains("Filter")).expect("a filter");
    assert!(!filter.contains("coalesce") && !filter.contains("CASE"), "{filter}");
}

/// Expressions of every kind, over fields of every kind.
fn expression() -> BoxedStrategy<String> {
    let leaf = prop::sample::select(vec![
        "eventName",
        "readOnly",
        "requestParameters.count",
        "@timestamp",
        "@message",
        "noSuch",
        "resources.0.ARN",
        "resources[*].ARN",
        "a.eventName",
        "b.b",
        "eventTime",
        "@log",
        "@entity.x",
        "errorCode",
        "5",
        "-0.5",
        "'x'",
        "'5'",
        "true",
        "null",
        "bin(2h)",
        "now()",
    ]);
    leaf.prop_map(str::to_owned)
        .prop_recursive(4, 24, 3, |inner| {
            let binary = prop::sample::select(vec!["+", "-", "*", "/", "%", "^", "=", "!=", "<", ">=", "and", "or"]);
            let functions: Vec<_> = functions::ALL.iter().filter(|function| !function.is_aggregate()).collect();
            let call = (prop::sample::select(functions), prop::collection::vec(inner.clone(), 3));
            prop_oneof![
                (inner.clone(), binary, inner.clone())
                    .prop_map(|(left, operator, right)| format!("(({left}) {operator} ({right}))")),
                inner.clone().prop_map(|operand| format!("-({operand})")),
                inner.clone().prop_map(|operand| format!("not ({operand})")),
                inner.clone().prop_map(|operand| format!("(({operand}) not like /x/)")),
                inner.clone().prop_map(|operand| format!("(({operand}) like 'x')")),
                inner
                    .clone()
                    .prop_map(|operand| format!("(({operand}) in (filter readOnly = 1 | fields {operand} as k))")),
                inner.clone().prop_map(|operand| format!("(({operand}) in [1, 'x', 'true', -2, false])")),
                call.prop_map(|(function, args)| function.example_call(&args)),
            ]
        })
        .boxed()
}

/// Queries of every command, that parse.
fn query() -> impl Strategy<Value = String> {
    let aggregates: Vec<_> = functions::ALL.iter().filter(|function| function.is_aggregate()).collect();
    let aggregate = (prop::sample::select(aggregates), prop::collection::vec(expression(), 3));
    let aggregate = aggregate.prop_map(|(function, args)| function.example_call(&args)).boxed();
    let command = prop_oneof![
        expression().prop_map(|a| format!("fields {a} as a, {a}")),
        expression().prop_map(|a| format!("filter {a}")),
        (expression(), expression()).prop_map(|(a, b)| format!("sort {a} desc, {b}")),
        (expression(), expression()).prop_map(|(a, b)| format!("dedup {a}, {b}")),
        expression().prop_map(|a| format!("parse ({a}) '*a*' as b, `c d`")),
        Just("limit 3".to_owned()),
        Just("tail 3".to_owned()),
        expression().prop_map(|a| format!("display a, b, {a}")),
        (aggregate.clone(), expression()).prop_map(|(a, b)| format!("stats {a} as a, {a} by {b} as b, {b}")),
        (aggregate.clone(), aggregate.clone()).prop_map(|(a, b)| format!("stats {a}, {b} as b, b = 5")),
    ];
    let newer = prop_oneof![
        (aggregate, expression()).prop_map(|(a, b)| format!("stats {a} as a by bin(1h) as t, {b} as b offset 1h")),
        expression().prop_map(|a| format!("unnest ({a}) into b")),
        expression().prop_map(|a| format!("pattern {a}")),
        expression().prop_map(|a| format!("pattern {a} | filter @sampleCount > 0 | diff previousDay")),
        expression().prop_map(|a| format!("pattern {a} | anomaly")),
        Just("diff".to_owned()),
        expression().prop_map(|a| format!("relevantfields where {a}")),
        Just("SOURCE logGroups(accountIdentifiers: ['123456789012'])".to_owned()),
        expression().prop_map(|a| format!("join left=a right=b where a.eventName = b.eventName (filter {a})")),
        expression()
            .prop_map(|a| format!("join type=left left=a right=b where a.b = b.b (stats count(*) as n by {a} as b)")),
        expression().prop_map(|a| format!("appendcols override=true (fields {a} as a, eventName | limit 3)")),
        Just("addtotals col=true".to_owned()),
        Just("addtotals fieldname=b row=true b a*".to_owned()),
        expression().prop_map(|a| format!("accum {a} as b")),
        expression().prop_map(|a| format!("autoregress {a} as b p=1-2")),
        Just("filldown".to_owned()),
        Just("filldown b event*".to_owned()),
        Just("fillmissing".to_owned()),
        Just("fillmissing with 'x' for a".to_owned()),
        (expression(), expression()).prop_map(|(a, b)| format!("countFrequent {a}, {b} as b")),
        expression().prop_map(|a| format!("sessionize ({a}) maxspan 90m as b")),
        Just("outlier mark=true uselower=true a b".to_owned()),
        Just("outlier action=remove requestParameters.count".to_owned()),
    ];
    prop::collection::vec(prop_oneof![command, newer], 1..6).prop_map(|commands| commands.join(" | "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_query_that_lowers_runs(query in query()) {
        match lowered(&query) {
            Ok(_) => { run(&query); }
            Err(error) => prop_assert!(error.list.iter().all(|error| error.code != "I033"), "{query}: {error:?}"),
        }
    }
}

#[test]
fn the_scan_is_asked_for_leaves() {
    // One projection reads the record; nothing above it does.
    for text in [
        "fields sqrt(requestParameters.count) as r, eventName",
        "filter eventName = 'x' and @timestamp > 5 | fields awsRegion | dedup userIdentity.arn",
        "fields strlen(eventName) as n | filter errorCode = 'x' and n > 2 | filter awsRegion = 'y' | sort n desc | limit 3",
        "filter errorMessage like /Failed/ | stats latest(eventName), pct(requestParameters.count, 95) by awsRegion, bin(5m)",
    ] {
        let plan = lowered(text).expect(text).plan;
        let plan = SessionContext::new().state().optimize(&plan).expect(text).display_indent().to_string();
        let readers = plan.lines().filter(|line| line.contains("eventjson") && !line.contains("TableScan")).count();
        assert_eq!(readers, 1, "{text}\n{plan}");
    }
}
