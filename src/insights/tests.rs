//! The language as text: what parses, how it prints, what is wrong with what does not parse.

use proptest::prelude::*;

use super::*;
use crate::diag::{Diagnostics, Source};

fn parse(text: &str) -> Result<Query, Diagnostics> {
    super::parse(&Source::new("query", text))
}

/// Checks the canonical text of a query, and that the canonical text stays as it is.
#[track_caller]
fn prints(text: &str, expected: &str) {
    let query = parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    assert_eq!(query.to_string(), expected);
    assert_eq!(parse(expected).expect(expected).to_string(), expected);
}

/// Checks the code and the place of every error.
#[track_caller]
fn fails(text: &str, expected: &[(&str, &str)]) {
    let errors = parse(text).err().unwrap_or_else(|| panic!("{text} parses"));
    let found: Vec<_> = errors
        .list
        .iter()
        .map(|error| (error.code, error.label.as_ref().map_or("", |(span, _)| &text[span.range()])))
        .collect();
    assert_eq!(found, expected, "{text}: {errors:?}");
    for error in &errors.list {
        assert!(crate::diag::code(error.code).is_some(), "{}", error.code);
    }
}

/// Checks that the help of the first error holds this text.
#[track_caller]
fn helps(text: &str, expected: &str) {
    let errors = parse(text).err().unwrap_or_else(|| panic!("{text} parses"));
    let help = errors.list[0].help.join("\n");
    assert!(help.contains(expected), "{text}: {help}");
}

#[test]
fn lexical_rules() {
    prints("fields eventName", "fields eventName"); // L01
    prints("| filter eventName = \"A\"", "filter eventName = \"A\""); // L02
    prints("fields eventName,\nawsRegion", "fields eventName, awsRegion"); // L03
    prints("# note\nfields eventName", "fields eventName"); // L04
    prints("fields eventName # note", "fields eventName"); // L05
    prints("fields eventName\n# | filter a = 1\n| limit 1", "fields eventName\n| limit 1"); // L06
    prints("filter eventName = \"a#b\"", "filter eventName = \"a#b\""); // L07
    prints("filter errorMessage like \"a|b\"", "filter errorMessage like \"a|b\""); // L08
    prints("filter eventName like /Put|Get/", "filter eventName like /Put|Get/"); // L09
    prints("filter userAgent like /#1/", "filter userAgent like /#1/"); // L10
    prints(
        "FILTER eventName LIKE /x/ AND NOT awsRegion IN [\"a\"]",
        "filter eventName like /x/ and not awsRegion in [\"a\"]",
    ); // L11
    prints("filter isPresent(errorCode)", "filter ispresent(errorCode)"); // L12
    prints("filter awsRegion = 'us-east-1'", "filter awsRegion = \"us-east-1\""); // L14
    prints(r#"filter errorMessage = "say \"no\"""#, r#"filter errorMessage = "say \"no\"""#); // L16
    prints(r"filter a = 'it\'s \d'", r#"filter a = "it's \\d""#);
    prints("fields `detail-type`", "fields `detail-type`"); // L17
    prints("fields requestParameters.`x-amz-acl`", "fields requestParameters.`x-amz-acl`"); // L18
    prints("fields `requestParameters.x-amz-acl`", "fields `requestParameters.x-amz-acl`"); // L19
    prints("fields `a`.b.0.`c d`.e", "fields a.b.0.`c d`.e");
    prints("filter userIdentity.arn like /role\\/admin/", "filter userIdentity.arn like /role\\/admin/"); // L20
    prints("filter eventName =~ /^(?i)listbuckets$/", "filter eventName like /^(?i)listbuckets$/"); // L22
    prints("fields a / b / c", "fields a / b / c"); // L23
    prints("filter x > 1.5 and y < .5 and z = 1e3", "filter x > 1.5 and y < .5 and z = 1e3"); // L24
    prints("filter x > -1", "filter x > -1"); // L25
    prints("stats count() by bin(2 quarters)", "stats count(*) by bin(2q)"); // L26, L27
    prints("filter a in [\n\"x\",\n'y'\n]", "filter a in [\"x\", \"y\"]"); // L28
}

#[test]
fn operators_bind_as_documented() {
    prints("fields 1 + 2 * 3 as x", "fields 1 + 2 * 3 as x"); // O01
    prints("fields (1 + 2) * 3 - (4 - 5)", "fields (1 + 2) * 3 - (4 - 5)");
    prints("fields 2 ^ 3 ^ 2, (2 ^ 3) ^ 2", "fields 2 ^ 3 ^ 2, (2 ^ 3) ^ 2"); // O02
    prints("fields -a ^ 2, -(a ^ 2), -(-a)", "fields -a ^ 2, -(a ^ 2), -(-a)"); // O04
    prints("filter a = 1 or b = 2 and c = 3", "filter a = 1 or b = 2 and c = 3"); // O06
    prints("filter (a = 1 or b = 2) and c = 3", "filter (a = 1 or b = 2) and c = 3"); // O07
    prints("filter (a and b) and c and (d or e) or f", "filter (a and b) and c and (d or e) or f");
    prints("filter !ispresent(a) and not b = 1", "filter not ispresent(a) and not b = 1"); // O08, O09
    prints("filter not (a = 1 and b = 2)", "filter not (a = 1 and b = 2)");
    prints("filter a == 'X'", "filter a = \"X\""); // O10
    prints(
        "filter a not like /^Get/ and b not in ['x', -1, true]",
        "filter a not like /^Get/ and b not in [\"x\", -1, true]",
    ); // O16, O19
    prints("fields x > 5 as big", "fields x > 5 as big"); // O20
    prints("fields (a = b) = c", "fields (a = b) = c");
    prints("filter errorCode != null", "filter errorCode != null"); // F22
}

#[test]
fn commands_print_as_they_parse() {
    prints("fields a, strlen(b) as n | display n", "fields a, strlen(b) as n\n| display n");
    prints("filterIndex eventName in ['X']", "filter eventName in [\"X\"]"); // C10
    prints(
        "stats max(x) as a, min(x) as b, a - b as c by bin(1h) as t, k",
        "stats max(x) as a, min(x) as b, a - b as c by bin(1h) as t, k",
    ); // C21
    prints("sort by a desc, b", "sort a desc, b asc"); // C32
    prints("head 5 | tail 3", "limit 5\n| tail 3"); // C43
    prints(
        "parse @message \"x=*;\" as p | parse p '*,*' as a, b",
        "parse @message \"x=*;\" as p\n| parse p \"*,*\" as a, b",
    ); // C50
    prints("parse 'took * ms' as d", "parse \"took * ms\" as d"); // C45
    prints("parse userAgent /(\\w+)\\/(\\d+)/ as tool, major", "parse userAgent /(\\w+)\\/(\\d+)/ as tool, major"); // C48
    prints("parse userAgent '*/*' as @tool, @rest", "parse userAgent \"*/*\" as @tool, @rest"); // C51
    prints("parse (a / b) /(?<c>x)/", "parse (a / b) /(?<c>x)/");
    prints("dedup a, b.c", "dedup a, b.c"); // C54
    prints("stats count(*) by bin(5m) offset 1 hour", "stats count(*) by bin(5m) offset 1h"); // C29
    prints("pattern @message | diff previousday", "pattern @message\n| diff previousDay"); // C60
    prints("unnest a[*].b into c.d | anomaly", "unnest a[*].b into c.d\n| anomaly"); // C62
    prints("fields a[0].b[*], `a`[*].`b c`", "fields a.0.b[*], a[*].`b c`");
    prints("source logGroups() | unmask @message", "SOURCE logGroups()\n| unmask @message"); // C65
    prints(
        "SOURCE logGroups(namePrefix: ['a', 'b'], accountIdentifier: '1', class: ['STANDARD'])",
        "SOURCE logGroups(namePrefix: [\"a\", \"b\"], accountIdentifiers: [\"1\"], class: [\"STANDARD\"])",
    ); // C66
    prints("SOURCE /aws/cloud-trail, 'b'", "SOURCE \"/aws/cloud-trail\", \"b\""); // C67
    prints(
        "join right=b left=a where a.x = b.x and b.`y z` = a.y (SOURCE audit | filter y = 1)",
        "join type=inner left=a right=b where a.x = b.x and b.`y z` = a.y (SOURCE \"audit\" | filter y = 1)",
    ); // N01, N02
    prints("filter f not in (SOURCE 'audit' | fields f)", "filter f not in (SOURCE \"audit\" | fields f)"); // N04
    prints(
        "lookup users id as userIdentity.userName, region OUTPUT team, mail as address",
        "lookup \"users\" id as userIdentity.userName, region as region OUTPUT team, mail as address",
    ); // N05
    prints("addtotals col=true n, m*", "addtotals row=true col=true n m*"); // N07
    prints("accum n as run | accum count(*)", "accum n as run\n| accum count(*)"); // N08
    prints("autoregress n p=1-2 | autoregress n as m", "autoregress n p=1-2\n| autoregress n as m p=1"); // N09
    prints("filldown region host* *", "filldown region host* *"); // N10
    prints("fillmissing with 0 for count(*), 'x' for m", "fillmissing with 0 for `count(*)`, \"x\" for m"); // N11
    prints("count_frequent a, b", "countFrequent a, b"); // N13
    prints(
        "sessionize a, b maxspan=1h as s | sessionize a",
        "sessionize a, b maxspan 1h as s\n| sessionize a maxspan 30m",
    ); // N14, N15
    prints("outlier action=rm param=3.0 n", "outlier action=remove param=3.0 uselower=false mark=false n"); // N16
    prints("appendcols (stats count(*) as m by a)", "appendcols override=false max=10000 (stats count(*) as m by a)"); // N17
    prints("relevantfields a.b, c where d = 1", "relevantfields a.b, c where d = 1"); // N18
    prints("fields a | estimate", "fields a\n| estimate"); // N19
    prints("explain analyze | SOURCE a | limit 1", "EXPLAIN ANALYZE SOURCE \"a\"\n| limit 1");
}

#[test]
fn errors_name_the_place() {
    fails("stat count(*)", &[("I001", "stat")]); // E01
    helps("stat count(*)", "stats");
    fails("where a = 1", &[("I002", "where")]); // E02
    helps("where a = 1", "filter");
    fails("fields lower(a)", &[("I010", "lower")]); // E03
    helps("fields lower(a)", "tolower");
    helps("fields strlenn(a)", "strlen");
    fails("stats cuont(*)", &[("I010", "cuont")]);
    helps("stats cuont(*)", "`count` has a similar name");
    fails("stats sum(*)", &[("I011", "*")]);
    fails("stats pct(x)", &[("I011", "pct(x)")]); // E04
    fails("stats pct(x, 950)", &[("I013", "950")]);
    fails("stats count(*) by bin(5x)", &[("I012", "x")]); // E05
    fails("stats count(*) by bin('5m')", &[("I011", "'5m'")]);
    fails("stats count(*) by bin(0s), bin(), bin(1.5h)", &[("I012", "0"), ("I011", "bin()"), ("I012", "1.5")]);
    fails("filter a = \"x", &[("I006", "\"")]); // E06
    fails("filter a like /x", &[("I006", "/")]); // E07
    fails("filter `a = 1\n| limit x", &[("I006", "`"), ("I018", "x")]);
    fails("filter a like /(/", &[("I007", "(")]); // E08
    fails("filter a like /x(?=y)/", &[("I008", "(?=")]);
    fails("filter a like /x/i", &[("I009", "i")]); // E09
    helps("filter a like /x/i", "(?i)");
    fails("fields a\nfilter b = 1", &[("I005", "filter")]); // E10
    fails("fields a\nfilter b = 1\nlimit x", &[("I005", "filter"), ("I005", "limit"), ("I018", "x")]);
    fails("fields a |", &[("I003", "|")]); // E11
    fails("fields a || filter b", &[("I003", "|")]);
    helps("filter a = 1 || b = 2", "or");
    fails("parse @message \"* *\" as a", &[("I020", "\"* *\"")]); // E12
    fails("parse @message /(\\d+)/", &[("I021", "/(\\d+)/")]); // E13
    fails("parse @message \"x *\"", &[("I022", "\"x *\"")]);
    fails("filter a in (\"x\",\"y\")", &[("I016", "(")]); // E14
    fails("filter x in [y, \"a\"]", &[("I017", "y")]);
    fails("filter x in [1,]", &[("I004", "]")]);
    fails("limit ten", &[("I018", "ten")]); // E16
    fails("limit -1", &[("I018", "-1")]);
    fails("limit 1.5", &[("I018", "1.5")]);
    fails("limit", &[("I018", "")]);
    fails("sort a descending", &[("I019", "descending")]); // E17
    fails("-- note\nfields a", &[("I014", "--")]); // E18
    fails("fields a // note", &[("I014", "//")]);
    fails("filter errorCode exists", &[("I015", "exists")]); // E19
    helps("filter errorCode exists", "ispresent");
    helps("filter errorCode is null", "not ispresent");
    fails("filter a = 1 && b = 2", &[("I015", "&&")]); // E20
    fails("filter a <> 2", &[("I015", ">")]);
    fails("filter isIpInSubnet(a, \"10.0.0/8\")", &[("I032", "\"10.0.0/8\"")]); // E24
    fails("stat x | filtr y", &[("I001", "stat"), ("I001", "filtr")]); // E25
    fails("fields *", &[("I029", "*")]);
    fails("filter x = 0x1F", &[("I030", "0x1F")]);
    fails("filter x = 5m", &[("I030", "5m")]);
    fails("filter x = $y", &[("I031", "$")]);
    fails("", &[("I003", "")]);
    fails("# nothing", &[("I003", "")]);
    fails("filter a = b = c", &[("I004", "=")]);
    fails("filter and", &[("I004", "and")]);
    fails("fields a. b", &[("I004", "a.")]);
    fails("fields a as and", &[("I004", "and")]);
    fails("filter (a = 1", &[("I004", "")]);
    fails(&format!("filter {}a", "(".repeat(1000)), &[("I024", "(")]);
    fails(&format!("filter {}a", "not ".repeat(1000)), &[("I024", "not")]);
}

#[test]
fn remarks_do_not_stop_a_query() {
    let codes = |text: &str| -> Vec<_> { parse(text).expect(text).notices.iter().map(|notice| notice.code).collect() };
    assert_eq!(codes("fields requestParameters.key-id"), ["I040"]);
    assert_eq!(codes("fields a - b"), Vec::<&str>::new());
    assert_eq!(codes("head 5"), ["I041"]);
    assert_eq!(codes("stats count(*) by bin(300s)"), ["I044"]); // S06
}

#[test]
fn completion_knows_what_can_come_next() {
    let check = |text: &str, wanted: &[&str], unwanted: &[&str]| {
        let expected = expected_at(text, text.len());
        for word in wanted {
            assert!(expected.iter().any(|other| other == word), "{text}: {word} not in {expected:?}");
        }
        for word in unwanted {
            assert!(expected.iter().all(|other| other != word), "{text}: {word} in {expected:?}");
        }
    };
    check("", &["filter", "stats", "join"], &["<field>"]);
    check("fil", &["filter"], &[]);
    check("filter eventName ", &["=", "like", "and", "|"], &["as", "<field>"]);
    check("filter eventName like ", &["<string>", "<pattern>"], &["="]);
    check("stats count(*) ", &["by", "as", ",", "|"], &[]);
    check("stats count(*) by ev", &["<field>", "bin("], &["by"]);
    check("sort a ", &["asc", "desc"], &["by"]);
    check("limit ", &["<number>"], &["<field>"]);
    check("fields a | ", &["filter", "fillmissing"], &["<field>"]);
}

#[test]
fn a_long_chain_of_conditions_is_not_deep() {
    let text = format!("filter a = 0{}", " or a = 1".repeat(20_000));
    assert_eq!(parse(&text).expect("parses").to_string(), text);
}

/// Pieces that queries are made of, in any order.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "fields",
        "filter",
        "stats",
        "sort",
        "limit",
        "parse",
        "dedup",
        "display",
        "SOURCE",
        "logGroups(",
        "join",
        "left=",
        "right=b",
        "where",
        "(SOURCE 'x' | fields f)",
        "lookup",
        "OUTPUT",
        "pattern",
        "diff",
        "anomaly",
        "unnest",
        "into",
        "accum",
        "autoregress",
        "p=1-2",
        "addtotals",
        "col=true",
        "filldown",
        "host*",
        "fillmissing",
        "with",
        "for",
        "sessionize",
        "maxspan",
        "outlier",
        "appendcols",
        "relevantfields",
        "estimate",
        "offset",
        "a[*].b",
        "|",
        ",",
        "(",
        ")",
        "[",
        "]",
        "=",
        "!=",
        "=~",
        "like",
        "in",
        "not",
        "and",
        "or",
        "as",
        "by",
        "desc",
        "a",
        "b.c",
        "`x y`",
        "`a`",
        "d.`e-f`",
        "\"t\"",
        "'u*'",
        "/r(?<n>x)/",
        "/(/",
        "5",
        "1.5",
        "5m",
        "bin(5m)",
        "count(*)",
        "sum(a)",
        "strlen",
        "-",
        "+",
        "*",
        "/",
        "^",
        "!",
        "null",
        "true",
        "#c\n",
        "--",
        "&&",
        "\\",
        "\"",
        "`",
        "é",
        "$",
        "<",
        ">",
        ".",
        "0",
        "@timestamp",
    ]);
    let space = prop::sample::select(vec![" ", "", "\n"]);
    prop::collection::vec((piece, space), 0..30)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(piece, space)| [piece, space]).collect())
}

/// Expressions that parse.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a",
        "b.c.0",
        "`x y`",
        "`and`",
        "`p.q`.r",
        "5",
        ".5",
        "'t\\'x\\y'",
        "true",
        "null",
        "count()",
        "bin(90s)",
        "@timestamp",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(5, 40, 3, |inner| {
        let binary = prop::sample::select(vec!["+", "-", "*", "/", "%", "^", "=", "!=", "<", ">=", "and", "or"]);
        prop_oneof![
            (inner.clone(), binary, inner.clone())
                .prop_map(|(left, operator, right)| format!("({left}) {operator} ({right})")),
            inner.clone().prop_map(|operand| format!("-({operand})")),
            inner.clone().prop_map(|operand| format!("not ({operand})")),
            inner.clone().prop_map(|operand| format!("({operand}) not like /x\\/y\\\\/")),
            inner.clone().prop_map(|operand| format!("({operand}) in [1, 'x', -2]")),
            prop::collection::vec(inner, 1..3).prop_map(|args| format!("concat({})", args.join(", "))),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC*", soup in soup(), offset in 0_usize..200) {
        for text in [&text, &soup, &format!("filter {soup}")] {
            if let Ok(query) = parse(text) {
                let printed = query.to_string();
                prop_assert_eq!(parse(&printed).map(|query| query.to_string()), Ok(printed.clone()), "{}", text);
            }
            let _ = expected_at(text, offset);
        }
    }

    #[test]
    fn printing_and_parsing_again_changes_nothing(a in expression(), b in expression(), c in expression()) {
        let text = format!("fields {a} as `n m`, {b} | filter {c} | sort {a} desc, {b} | parse ({c}) '*' as x.y");
        let printed = parse(&text).unwrap_or_else(|error| panic!("{text}: {error:?}")).to_string();
        prop_assert_eq!(parse(&printed).map(|query| query.to_string()), Ok(printed.clone()), "{}", text);
    }
}
