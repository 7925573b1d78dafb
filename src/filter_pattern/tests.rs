//! The reference's examples, its truth table and its rejections, and a second reading of the language to compare with.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::ast::{Comparison, Condition, Order, Pattern, Piece, Test, Text, Value};
use super::{matches, parse};
use crate::diag::Source;
use crate::functions::selector::Part;

fn pattern(text: &str) -> Pattern {
    let parsed = parse(&Source::new("pattern", text));
    parsed.unwrap_or_else(|error| panic!("{text}: {error} {:?}", error.list)).pattern
}

/// Whether a pattern matches, by the compiled predicate; the interpreter below must agree.
fn check(text: &str, record: &str, expected: bool) {
    let pattern = pattern(text);
    let found = matches(&pattern, &[record]).expect("a predicate");
    assert_eq!(found, [expected], "{text} on {record}");
    let value: Json = serde_json::from_str(record).expect("JSON");
    if let Pattern::Fields(condition) = &pattern {
        assert_eq!(holds(condition, &value), expected, "interpreter: {text} on {record}");
    }
}

fn refused(text: &str) -> (&'static str, String) {
    let error = parse(&Source::new("pattern", text)).expect_err(text);
    let first = &error.list[0];
    let (span, _) = first.label.as_ref().expect("a place");
    assert!(text.get(span.range()).is_some(), "{text}: {span:?}");
    (first.code, format!("{} / {}", first.message, first.help.join(" / ")))
}

#[test]
fn the_thirty_examples_hold() {
    check(r#"{ $.eventName = "ConsoleLogin" }"#, r#"{"eventName":"ConsoleLogin"}"#, true);
    check(r#"{ $.eventName = "consolelogin" }"#, r#"{"eventName":"ConsoleLogin"}"#, false);
    check("{ $.eventName = ConsoleLogin }", r#"{"eventName":"ConsoleLogin"}"#, true);
    check(r#"{ $.eventName = "Delete*" }"#, r#"{"eventName":"DeleteTrail"}"#, true);
    check(r#"{ $.eventName = "*Policy" }"#, r#"{"eventName":"PutUserPolicy"}"#, true);
    check(r#"{ $.eventName = "*Policy*" }"#, r#"{"eventName":"PutUserPolicy"}"#, true);
    check(r#"{ $.errorCode = "*UnauthorizedOperation" }"#, r#"{"errorCode":"Client.UnauthorizedOperation"}"#, true);
    check(r#"{ $.errorCode = "AccessDenied*" }"#, "{}", false);
    check(r#"{ $.errorCode != "AccessDenied" }"#, "{}", false);
    check(r#"{ ($.errorCode != "AccessDenied") || ($.errorCode NOT EXISTS) }"#, "{}", true);
    check("{ $.errorCode NOT EXISTS }", r#"{"errorCode":null}"#, false);
    check("{ $.responseElements IS NULL }", r#"{"responseElements":null}"#, true);
    check("{ $.responseElements IS NULL }", "{}", false);
    check("{ $.requestParameters = * }", r#"{"requestParameters":{"a":1}}"#, false);
    check("{ $.requestParameters.a = * }", r#"{"requestParameters":{"a":1}}"#, true);
    check("{ $.readOnly IS FALSE }", r#"{"readOnly":false}"#, true);
    check("{ $.readOnly IS FALSE }", r#"{"readOnly":"false"}"#, false);
    let bytes = r#"{"additionalEventData":{"bytesTransferredOut":2500000000.0}}"#;
    check("{ $.additionalEventData.bytesTransferredOut > 1e9 }", bytes, true);
    let many = r#"{"additionalEventData":{"bytesTransferredOut":"many"}}"#;
    check("{ $.additionalEventData.bytesTransferredOut >= 5 }", many, false);
    let resources = r#"{"resources":[{"accountId":"111122223333"}]}"#;
    check(r#"{ $.resources[0].accountId = "111122223333" }"#, resources, true);
    check("{ $.resources[1].accountId = * }", resources, false);
    let arns = r#"{"resources":[{"ARN":"x"},{"ARN":"arn:aws:s3:::logs-1"}]}"#;
    check(r#"{ $.resources[*].ARN = "arn:aws:s3:::logs*" }"#, arns, true);
    assert_eq!(refused("{ $.eventName = %^(Get|List)% }").0, "F006");
    check("{ $.eventName = %^Get|^List% }", r#"{"eventName":"ListRoles"}"#, true);
    check(r"{ $.sourceIPAddress = %^203\.0\.113\.[0-9]{1,3}$% }", r#"{"sourceIPAddress":"203.0.113.77"}"#, true);
    check("{ $.sourceIPAddress != 203.0.113.* }", r#"{"sourceIPAddress":"198.51.100.4"}"#, true);
    check("{ $.a = 1 || $.b = 2 && $.c = 3 }", r#"{"a":1,"b":9,"c":9}"#, true);
    check("{ ($.a = 1 || $.b = 2) && $.c = 3 }", r#"{"a":1,"b":9,"c":9}"#, false);
    let tag = r#"{"requestParameters":{"tag.key":"x"}}"#;
    check(r#"{ $.requestParameters.['tag.key'] = "x" }"#, tag, true);
    let root = r#"{"userIdentity":{"type":"Root"},"eventType":"AwsApiCall"}"#;
    check(
        r#"{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }"#,
        root,
        true,
    );
}

#[test]
fn the_table_of_missing_fields_holds() {
    let tests = [r#"= "a""#, r#"!= "a""#, "= *", "IS NULL", "NOT EXISTS"];
    let rows = [
        ("{}", [false, false, false, false, true]),
        (r#"{"x":null}"#, [false, false, false, true, false]),
        (r#"{"x":"a"}"#, [true, false, true, false, false]),
        (r#"{"x":"b"}"#, [false, true, true, false, false]),
        (r#"{"x":{"a":"a"}}"#, [false; 5]),
        (r#"{"x":["a"]}"#, [false; 5]),
    ];
    for (record, expected) in rows {
        for (test, expected) in tests.iter().zip(expected) {
            check(&format!("{{ $.x {test} }}"), record, expected);
        }
    }
}

#[test]
fn a_boolean_is_not_text_and_a_number_is() {
    for (test, record, expected) in [
        (r#"= "true""#, r#"{"x":true}"#, false),
        (r#"= "true""#, r#"{"x":"true"}"#, true),
        (r#"= "t*""#, r#"{"x":true}"#, false),
        ("= %rue%", r#"{"x":true}"#, false),
        ("= %rue%", r#"{"x":"true"}"#, true),
        (r#"!= "true""#, r#"{"x":true}"#, true),
        (r#"!= "*""#, r#"{"x":true}"#, true),
        (r#"!= "*""#, r#"{"x":"a"}"#, false),
        ("!= %a%", r#"{"x":false}"#, true),
        ("= *", r#"{"x":true}"#, true),
        ("!= *", r#"{"x":"a"}"#, false),
        ("= 400", r#"{"x":400}"#, true),
        ("= 400", r#"{"x":"400"}"#, true),
        ("= 400", r#"{"x":4e2}"#, true),
        ("= 400", r#"{"x":"4e2"}"#, false),
        (r#"= "400""#, r#"{"x":400}"#, true),
        (r#"= "4*""#, r#"{"x":400}"#, true),
        ("!= 400", r#"{"x":400.0}"#, false),
        ("!= 400", r#"{"x":"many"}"#, true),
        ("!= 400", "{}", false),
        ("= 012345678901", r#"{"x":"012345678901"}"#, true),
        ("> 5", r#"{"x":"6"}"#, false),
        ("> 5", r#"{"x":true}"#, false),
        (">= 1e-3", r#"{"x":0.001}"#, true),
        ("< -4", r#"{"x":-4.5}"#, true),
        ("<= +4", r#"{"x":4}"#, true),
        ("= 9007199254740993", r#"{"x":9007199254740992}"#, false),
        ("IS TRUE", r#"{"x":true}"#, true),
        ("IS TRUE", r#"{"x":"true"}"#, false),
        ("= \"\"", r#"{"x":""}"#, true),
        (r#"= "\u0041""#, r#"{"x":"A"}"#, false),
        (r#"= "A""#, r#"{"x":"\u0041"}"#, true),
        (r#"= "100%_""#, r#"{"x":"100%_"}"#, true),
        (r#"= "1*%_""#, r#"{"x":"100%_"}"#, true),
        (r#"= "1*%_""#, r#"{"x":"100%x"}"#, false),
        (r#"= "a*b""#, r#"{"x":"a\nb"}"#, true),
        (r#"= "a\"b""#, r#"{"x":"a\"b"}"#, true),
        (r#"= "a\*""#, r#"{"x":"a*"}"#, true),
        (r#"= "a\*""#, r#"{"x":"ab"}"#, false),
        (r#"= "a\b*""#, r#"{"x":"a\\bc"}"#, true),
    ] {
        check(&format!("{{ $.x {test} }}"), record, expected);
    }
}

#[test]
fn a_selector_that_leads_nowhere_is_no_match_and_no_error() {
    let record = r#"{"a":[1,[2,"x"],{"b":null}],"o":{"0":"x","k":{"n":5}},"s":"t"}"#;
    for (text, expected) in [
        ("$.a[0] = 1", true),
        ("$.a[1][1] = x", true),
        ("$.a[*] = 1", true),
        ("$.a[*] != 1", false),
        ("$.a[9] = *", false),
        ("$.a[9] NOT EXISTS", true),
        ("$.a[2] = *", false),
        ("$.a[2] NOT EXISTS", false),
        ("$.a[2].b IS NULL", true),
        ("$.a[*].b IS NULL", true),
        ("$.a[*].z NOT EXISTS", true),
        ("$.a[*].b NOT EXISTS", false),
        ("$.o[0] = x", false),
        ("$.o[0] NOT EXISTS", true),
        ("$.o.0 = x", true),
        ("$.a.0 = 1", false),
        ("$.o.* = x", true),
        ("$.o.*.n > 4", true),
        ("$.* = t", true),
        ("$.*.k NOT EXISTS", false),
        ("$.s.t = *", false),
        ("$.s.t NOT EXISTS", true),
        ("$.S = t", false),
    ] {
        check(&format!("{{ {text} }}"), record, expected);
    }
}

#[test]
fn what_aws_refuses_is_refused_with_a_remedy() {
    for (text, code, part) in [
        ("{ $.a IS NOT NULL }", "F004", "IS NOT"),
        ("{ $.a EXISTS }", "F004", "$.f = *"),
        ("{ !$.a = 1 }", "F004", "NOT EXISTS"),
        ("{ NOT ($.a = 1) }", "F004", "!="),
        ("{ $.a = 1 AND $.b = 2 }", "F004", "&&"),
        ("{ $.a = 1 or $.b = 2 }", "F004", "||"),
        ("{ $.a == 1 }", "F004", "write `=`"),
        ("{ $.a =~ %x% }", "F004", "%"),
        ("{ $.a <> 1 }", "F004", "!="),
        ("{ $.a IN (1, 2) }", "F004", "||"),
        ("{ $.a is null }", "F004", "capitals"),
        ("{ $.a > \"x\" }", "F005", "number"),
        ("{ $.a > x1 }", "F005", "number"),
        ("{ $.a[*].b[*] = 1 }", "F007", "one wildcard"),
        ("{ $.a[*] = 1 && $.b[*] = 1 && $.c.* = 1 && $.d[*] = 1 }", "F007", "3"),
        ("{ $.a = %x!y% }", "F006", "!"),
        ("{ $.a = 1", "F001", "the end"),
        ("{ ($.a = 1 }", "F001", ")"),
        ("{ a = 1 }", "F003", "$.a"),
        ("{ $.a = %x% && $.b = %y% && $.c = %z% }", "F007", "2"),
        ("{ }", "F010", "no comparison"),
        ("{", "F003", "selector"),
        ("{ $ = 1 }", "F003", "alone"),
        ("{ $.a = }", "F001", "value"),
        ("{ $.a }", "F001", "operator"),
        ("{ $.a = (\"a\" || \"b\") }", "F001", "own selector"),
        ("{ $.a = $.b }", "F004", "two fields"),
        ("{ $.a = 'x' }", "F001", "double quotes"),
        ("{ $.a = \"x }", "F002", "never ends"),
        ("{ $.a = %x }", "F002", "never ends"),
        ("{ $.a = %% }", "F006", "empty"),
        (r"{ $.a = %\b% }", "F006", "escape"),
        ("{ $.a = %*a% }", "F006", ""),
        ("{ $.a = %é% }", "F006", ""),
        ("{ $.a:b = 1 }", "F003", "name"),
        ("{ $.a = 1 } x", "F001", "the end"),
        ("{ $.a = 1 & $.b = 2 }", "F004", "&&"),
        ("[ip, user]", "F009", "JSON"),
        ("a ? b", "F001", "term"),
    ] {
        let (found, message) = refused(text);
        assert_eq!(found, code, "{text}: {message}");
        assert!(message.contains(part), "{text}: {message}");
    }
}

#[test]
fn parentheses_nest_and_too_many_are_an_error() {
    let nested = |depth: usize| format!("{{ {}$.a = 1{} }}", "(".repeat(depth), ")".repeat(depth));
    check(&nested(32), r#"{"a":1}"#, true);
    check(&nested(64), r#"{"a":1}"#, true);
    assert_eq!(refused(&nested(100_000)).0, "F008");
}

#[test]
fn long_patterns_and_many_wildcards_are_no_trouble() {
    let many: Vec<String> = (0..3000).map(|n| format!("$.a = \"x{n}*\"")).collect();
    let text = format!("{{ {} }}", many.join(" || "));
    let parsed = parse(&Source::new("pattern", text.as_str())).expect("a pattern");
    assert_eq!(parsed.notices[0].code, "F020");
    assert_eq!(matches(&parsed.pattern, &[r#"{"a":"x2999y"}"#, "{}"]).expect("runs"), [true, false]);
    let hard = format!("{{\"a\":\"{}\"}}", "a".repeat(50_000));
    // The interpreter below would take for ever.
    let pattern = pattern(&format!("{{ $.a = \"{}b\" }}", "*a".repeat(20)));
    assert_eq!(matches(&pattern, &[hard.as_str()]).expect("runs"), [false]);
}

#[test]
fn remarks_name_what_cloudwatch_sees_differently() {
    for (text, code) in [(r#"{ $.a = "\*" }"#, "F021"), ("{ $.a != * }", "F022"), ("a ?b", "F023")] {
        let parsed = parse(&Source::new("pattern", text)).expect(text);
        assert_eq!(parsed.notices.iter().map(|notice| notice.code).collect::<Vec<_>>(), [code], "{text}");
    }
}

#[test]
fn terms_ask_the_text_of_the_record() {
    let record = r#"{"eventName":"ConsoleLogin","errorMessage":"Failed authentication"}"#;
    for (text, expected) in [
        ("", true),
        (" ", true),
        ("\" \"", true),
        ("ConsoleLogin", true),
        ("consolelogin", false),
        ("ConsoleLogin Failed", true),
        ("ConsoleLogin Success", false),
        ("?Success ?Failed", true),
        ("?Success ?Denied", false),
        ("ConsoleLogin -Failed", false),
        ("-Success", true),
        ("\"Failed authentication\"", true),
        ("\"authentication Failed\"", false),
        ("%Fail[a-z]+%", true),
        ("-%Fail%", false),
        ("Success ?Failed", false),
        (r#""\"Failed""#, true),
        ("# a remark\n# another\nConsoleLogin", true),
    ] {
        check(text, record, expected);
    }
}

#[test]
fn regular_expressions_are_those_of_cloudwatch() {
    for (regex, value, expected) in [
        (r"^\d{2,3}$", "123", true),
        (r"^\d$", "٣", false),
        (r"^\w+$", "a_1", true),
        (r"^[\w.]+$", "a.b", true),
        (r"[^\d]", "1", false),
        (r"\S", " \t", false),
        (r"\s", "a b", true),
        (r"\x41", "A", true),
        ("a+b?", "aa", true),
        ("^.a|b$", "xb", true),
        (r"\[x\]", "[x]", true),
        ("[a[]", "[", true),
        ("[+--]", ",", true),
        ("[a-]", "-", true),
        ("a:b@c/d=e#f,g;h_", "a:b@c/d=e#f,g;h_", true),
    ] {
        check(&format!("{{ $.x = %{regex}% }}"), &json!({ "x": value }).to_string(), expected);
    }
}

#[test]
fn printing_normalises() {
    for (text, expected) in [
        ("{$.a=x}", r#"{ $.a = "x" }"#),
        ("{ (($.a = 1)) && ($.b != *) }", "{ $.a = 1 && $.b != * }"),
        ("{ ($.a = 1 || $.b = 2) && $.c = 3 }", "{ ($.a = 1 || $.b = 2) && $.c = 3 }"),
        ("{ $.a = 1 || ($.b = 2 && $.c = 3) }", "{ $.a = 1 || $.b = 2 && $.c = 3 }"),
        ("{ $['a b'].c[0][*]\nNOT\tEXISTS }", "{ $.['a b'].c[0][*] NOT EXISTS }"),
        ("{ $.a = %^[a-z]{1,2}$% }", "{ $.a = %^[a-z]{1,2}$% }"),
        (r#"{ $.a = "q\"\*" }"#, r#"{ $.a = "q\"\*" }"#),
        (r"{ $.a = x\ }", r"{ $.a = x\ }"),
        ("a \"b c\" -d %e%", "a \"b c\" %e% -d"),
        ("", "\" \""),
    ] {
        let printed = pattern(text).to_string();
        assert_eq!(printed, expected);
        assert_eq!(pattern(&printed), pattern(text), "{printed}");
    }
}

// A second reading of the language, straight over values. It shares nothing with the compiled predicate but the tree.

fn holds(condition: &Condition, record: &Json) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().all(|part| holds(part, record)),
        Condition::Any(parts) => parts.iter().any(|part| holds(part, record)),
        Condition::Compare(Comparison { selector, test, .. }) => {
            let mut found = vec![record];
            for part in &selector.parts {
                found = found.into_iter().flat_map(|value| step(value, part)).collect();
            }
            match test {
                Test::Absent => found.is_empty(),
                test => found.into_iter().any(|value| passes(test, value)),
            }
        }
    }
}

fn step<'a>(value: &'a Json, part: &Part) -> Vec<&'a Json> {
    match (part, value) {
        (Part::Key(key), Json::Object(members)) => members.get(&**key).into_iter().collect(),
        (Part::Members, Json::Object(members)) => members.values().collect(),
        (Part::Index(index), Json::Array(elements)) => elements.get(*index).into_iter().collect(),
        (Part::Elements, Json::Array(elements)) => elements.iter().collect(),
        _ => Vec::new(),
    }
}

fn passes(test: &Test, value: &Json) -> bool {
    let is_scalar = matches!(value, Json::String(_) | Json::Number(_) | Json::Bool(_));
    let text = match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let equal = |wanted: &Value| match wanted {
        Value::Any => is_scalar,
        Value::Text(wanted) => text.as_deref().is_some_and(|text| like(wanted, text)),
        Value::Regex(regex) => {
            text.as_deref().is_some_and(|text| regex::Regex::new(&regex.translated).expect("parses").is_match(text))
        }
        Value::Number(number) => match value {
            Json::Number(found) => found.as_f64() == number.text().parse().ok(),
            Json::String(text) => text == number.text(),
            _ => false,
        },
    };
    // Numbers too long for `f64` stand in tests of their own.
    if let (Value::Number(number), Json::Number(found)) = (&value_of(test), value)
        && let (Ok(wanted), Some(found)) = (number.text().parse::<i64>(), found.as_i64())
    {
        return match test {
            Test::Equal(_) => found == wanted,
            Test::Differs(_) => found != wanted,
            Test::Order(order, _) => in_order(*order, found.partial_cmp(&wanted)),
            _ => false,
        };
    }
    match test {
        Test::Equal(wanted) => equal(wanted),
        Test::Differs(Value::Any) => false,
        Test::Differs(wanted) => is_scalar && !equal(wanted),
        Test::Order(order, number) => match value {
            Json::Number(found) => {
                let wanted: f64 = number.text().parse().expect("a number");
                in_order(*order, found.as_f64().and_then(|found| found.partial_cmp(&wanted)))
            }
            _ => false,
        },
        Test::Null => value.is_null(),
        Test::True => *value == Json::Bool(true),
        Test::False => *value == Json::Bool(false),
        Test::Absent => false,
    }
}

fn value_of(test: &Test) -> Value {
    match test {
        Test::Equal(value) | Test::Differs(value) => value.clone(),
        Test::Order(_, number) => Value::Number(number.clone()),
        _ => Value::Any,
    }
}

fn in_order(order: Order, found: Option<std::cmp::Ordering>) -> bool {
    use std::cmp::Ordering::{Equal, Greater, Less};
    match (order, found) {
        (_, None) => false,
        (Order::Less, Some(found)) => found == Less,
        (Order::AtMost, Some(found)) => found == Less || found == Equal,
        (Order::Greater, Some(found)) => found == Greater,
        (Order::AtLeast, Some(found)) => found == Greater || found == Equal,
    }
}

/// Wildcards by the textbook: whether the pieces can be laid over the text.
fn like(wanted: &Text, text: &str) -> bool {
    fn fits(pieces: &[Piece], text: &str) -> bool {
        match pieces {
            [] => text.is_empty(),
            [Piece::Exactly(first), rest @ ..] => {
                text.strip_prefix(first.as_str()).is_some_and(|text| fits(rest, text))
            }
            [Piece::Any] => true,
            [Piece::Any, Piece::Exactly(first), rest @ ..] => {
                text.match_indices(first.as_str()).any(|(at, _)| fits(rest, &text[at + first.len()..]))
                    // Overlapping places that `match_indices` passes over.
                    || text.char_indices().any(|(at, _)| {
                        text[at..].strip_prefix(first.as_str()).is_some_and(|text| fits(rest, text))
                    })
            }
            [Piece::Any, rest @ ..] => fits(rest, text),
        }
    }
    fits(wanted.pieces(), text)
}

fn selectors() -> impl Strategy<Value = String> {
    let step = prop_oneof![
        6 => proptest::sample::select(vec![".a", ".b", ".['x.y']", ".0"]).prop_map(str::to_owned),
        2 => proptest::sample::select(vec!["[0]", "[1]"]).prop_map(str::to_owned),
    ];
    let steps = proptest::collection::vec(step, 1..4);
    (steps, proptest::option::weighted(0.3, (0_usize..4, proptest::sample::select(vec!["[*]", ".*"])))).prop_map(
        |(mut steps, wildcard)| {
            if let Some((at, wildcard)) = wildcard {
                steps.insert(at.min(steps.len()), wildcard.to_owned());
            }
            format!("${}", steps.concat())
        },
    )
}

fn tests() -> impl Strategy<Value = String> {
    let texts = vec![
        "\"a\"",
        "\"b*\"",
        "\"*\"",
        "a*b*",
        "*a",
        "\"true\"",
        "\"t*e\"",
        "1",
        "1.0",
        "10e-1",
        "-4",
        "\"1\"",
        "\"\"",
        "*",
        "\"a\\\"\"",
        "\"%\"",
        "\"_*\"",
    ];
    let value = proptest::sample::select(texts);
    let number = proptest::sample::select(vec!["0", "1", "1.5", "-4", "+1", "1e0"]);
    prop_oneof![
        4 => value.clone().prop_map(|value| format!("= {value}")),
        3 => value.prop_map(|value| format!("!= {value}")),
        2 => (proptest::sample::select(vec![">", ">=", "<", "<="]), number).prop_map(|(sign, number)| format!("{sign} {number}")),
        2 => proptest::sample::select(vec!["IS NULL", "IS TRUE", "IS FALSE", "NOT EXISTS"]).prop_map(str::to_owned),
    ]
}

fn conditions() -> impl Strategy<Value = String> {
    let leaf = (selectors(), tests()).prop_map(|(selector, test)| format!("{selector} {test}"));
    leaf.prop_recursive(3, 3, 3, |inner| {
        (proptest::collection::vec(inner, 1..3), proptest::sample::select(vec![" && ", " || "]))
            .prop_map(|(parts, sign)| format!("({})", parts.join(sign)))
    })
}

fn records() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        proptest::sample::select(vec![json!(0), json!(1), json!(1.5), json!(-4), json!(1.0), json!(10)]),
        proptest::sample::select(vec!["a", "b", "ab", "aabb", "", "true", "1", "a\"", "%", "_x", "null", "{}"])
            .prop_map(Json::from),
    ];
    let value = leaf.prop_recursive(3, 24, 4, |inner| {
        let keys = proptest::sample::select(vec!["a", "b", "x.y", "0"]).prop_map(str::to_owned);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
            proptest::collection::hash_map(keys, inner, 0..4)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    });
    let keys = proptest::sample::select(vec!["a", "b", "x.y", "0"]).prop_map(str::to_owned);
    proptest::collection::hash_map(keys, value, 0..5).prop_map(|members| Json::Object(members.into_iter().collect()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_predicate_and_the_interpreter_agree(text in conditions(), records in proptest::collection::vec(records(), 1..8)) {
        let text = format!("{{ {text} }}");
        // More wildcards than CloudWatch takes.
        let Ok(parsed) = parse(&Source::new("pattern", text.as_str())) else { return Ok(()) };
        let Pattern::Fields(condition) = &parsed.pattern else { return Err(TestCaseError::fail("no fields")) };
        let written: Vec<String> = records.iter().map(Json::to_string).collect();
        let texts: Vec<&str> = written.iter().map(String::as_str).collect();
        let expected: Vec<bool> = records.iter().map(|record| holds(condition, record)).collect();
        prop_assert_eq!(matches(&parsed.pattern, &texts).expect("a predicate"), expected, "{} {:?}", text, texts);
    }

    #[test]
    fn printing_and_parsing_is_a_fixpoint(text in conditions()) {
        let Ok(parsed) = parse(&Source::new("pattern", format!("{{ {text} }}"))) else { return Ok(()) };
        let printed = parsed.pattern.to_string();
        let again = parse(&Source::new("pattern", printed.as_str())).expect("what is printed parses");
        prop_assert_eq!(&again.pattern, &parsed.pattern, "{}", printed);
        prop_assert_eq!(again.pattern.to_string(), printed);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in r#"\PC*|[{}()$.\[\]'"*%!=<>&|\\a1 \n?#-]*|(\{ \$\.)[{}()$.\[\]'"*%!=<>&|\\a1é \n]*"#) {
        match parse(&Source::new("pattern", text.as_str())) {
            Ok(parsed) => {
                let printed = parsed.pattern.to_string();
                let again = parse(&Source::new("pattern", printed.as_str()));
                prop_assert_eq!(again.map(|again| again.pattern), Ok(parsed.pattern.clone()), "{}", printed);
                for notice in &parsed.notices {
                    let (span, _) = notice.label.as_ref().expect("a place");
                    prop_assert!(text.get(span.range()).is_some());
                }
            }
            Err(error) => {
                let (span, _) = error.list[0].label.as_ref().expect("a place");
                prop_assert!(text.get(span.range()).is_some(), "{:?}", span);
            }
        }
    }
}
