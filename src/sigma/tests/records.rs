//! What tests mean, on records written by hand.

use super::{error, holds, rule};

/// Checks a test of the field `f` below `requestParameters` against values of it; none where there is no such member.
#[track_caller]
fn check(test: &str, values: &[(Option<&str>, bool)]) {
    let record = |value: &Option<&str>| match value {
        Some(value) => format!(r#"{{"eventName":"X","requestParameters":{{"f":{value}}}}}"#),
        None => r#"{"eventName":"X","requestParameters":{}}"#.to_owned(),
    };
    let records: Vec<String> = values.iter().map(|(value, _)| record(value)).collect();
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    let expected: Vec<bool> = values.iter().map(|(_, expected)| *expected).collect();
    let test = test.replacen('f', "requestParameters.f", 1);
    assert_eq!(holds(&format!("s:\n  {test}\ncondition: s"), &records), expected, "{test} of {values:?}");
    // The negation is the opposite, whatever is missing.
    let opposite: Vec<bool> = expected.iter().map(|expected| !expected).collect();
    assert_eq!(holds(&format!("s:\n  {test}\ncondition: not s"), &records), opposite, "not {test} of {values:?}");
}

#[test]
fn text_matches_as_a_whole_in_any_case() {
    check(
        "f: List*",
        &[
            (Some(r#""listUsers""#), true),
            (Some(r#""aListUsers""#), false),
            (Some(r#"["x","LISTA"]"#), true),
            (Some(r#"[["x",["LISTA"]]]"#), true),
            (Some("null"), false),
            (None, false),
        ],
    );
    check(r"f: a\*b", &[(Some(r#""a*b""#), true), (Some(r#""axb""#), false)]);
    check(r"f: 'C:\\*'", &[(Some(r#""c:\\x""#), true), (Some(r#""c:*""#), false)]);
    check(r"f: 'C:\Windows\?x'", &[(Some(r#""c:\\windows?x""#), true), (Some(r#""c:\\windows\\ax""#), false)]);
    check("f: [a, 'b?']", &[(Some(r#""B1""#), true), (Some(r#""A""#), true), (Some(r#""c""#), false)]);
    check("f: ΣΑΣ", &[(Some(r#""σας""#), true), (Some(r#""\u03c3\u03b1\u03c3""#), true)]);
}

#[test]
fn null_empty_and_missing_are_told_apart() {
    let of = |absent, null, empty, text, list, nulls| {
        [
            (None, absent),
            (Some("null"), null),
            (Some(r#""""#), empty),
            (Some(r#""x""#), text),
            (Some("[]"), list),
            (Some("[null]"), nulls),
        ]
    };
    check("f: null", &of(true, true, false, false, false, true));
    check("f:", &of(true, true, false, false, false, true));
    check("f: ''", &of(false, false, true, false, false, false));
    check("f|exists: true", &of(false, true, true, true, true, true));
    check("f|exists: false", &of(true, false, false, false, false, false));
    check("f: '*'", &of(false, false, true, true, true, true));
    check("f|contains: '*'", &of(false, false, true, true, true, true));
    check("f|contains: ''", &of(false, false, true, true, true, true));
    check("f|neq: x", &of(true, true, true, false, true, true));
    check("f: [x, null]", &of(true, true, false, true, false, true));
}

#[test]
fn numbers_and_booleans_match_their_text() {
    check("f: 22", &[(Some("22"), true), (Some(r#""22""#), true), (Some("22.0"), true), (Some("220"), false)]);
    check("f: '22'", &[(Some("22"), true), (Some(r#""22""#), true)]);
    check("f: 012345678901", &[(Some(r#""012345678901""#), true), (Some("12345678901"), true)]);
    check("f: 0x10", &[(Some("16"), true), (Some(r#""16""#), true)]);
    check("f: true", &[(Some("true"), true), (Some(r#""True""#), true), (Some("false"), false), (Some("1"), false)]);
    check("f: 'No'", &[(Some(r#""no""#), true), (Some("false"), false)]);
    check("f: No", &[(Some(r#""NO""#), true), (Some("false"), false)]);
    check("f|contains: 2", &[(Some("123"), true), (Some("13"), false)]);
    check("f|gt: 5", &[(Some("6"), true), (Some(r#""5.5""#), true), (Some("5"), false), (Some(r#""x""#), false)]);
    check("f|lte: 5", &[(Some("5"), true), (Some("-1"), true), (Some("[9,5]"), true), (None, false)]);
    check("f|lt: 5", &[(Some("5"), false), (Some("4.9"), true)]);
    check("f|gte: 1048576", &[(Some("1048576"), true), (Some("1048575"), false)]);
    check("f|neq: 5", &[(Some("5"), false), (Some("6"), true)]);
}

#[test]
fn modifiers_apply_from_left_to_right() {
    check(
        "f|contains|all: [a, b]",
        &[(Some(r#""xBxA""#), true), (Some(r#""xa""#), false), (Some(r#"["a","b"]"#), true)],
    );
    check("f|startswith: [ab, cd]", &[(Some(r#""CDx""#), true), (Some(r#""xcd""#), false)]);
    check("f|endswith: '.exe'", &[(Some(r#""A.EXE""#), true), (Some(r#""a.exe1""#), false)]);
    check("f|contains: a*c", &[(Some(r#""xabcx""#), true), (Some(r#""ac""#), true), (Some(r#""ca""#), false)]);
    check("f|cased: Root", &[(Some(r#""Root""#), true), (Some(r#""root""#), false)]);
    check("f|contains|cased: oo", &[(Some(r#""Root""#), true), (Some(r#""ROOT""#), false)]);
    check("f|neq: [a, b]", &[(Some(r#""a""#), false), (Some(r#""c""#), true)]);
    check(
        "f|re: '^i-[0-9a-f]{3}$'",
        &[(Some(r#""i-0af""#), true), (Some(r#""I-0AF""#), false), (Some(r#""xi-0af""#), false)],
    );
    check("f|re|i: 'i-[0-9a-f]{3}$'", &[(Some(r#""xI-0AF""#), true)]);
    check("f|re|m|s: '^b.c$'", &[(Some(r#""a\nb\nc\nd""#), true), (Some(r#""ab\ncd""#), false)]);
    check(r"f|re: '\\d'", &[(Some(r#""\\d""#), true), (Some(r#""1""#), false)]);
    check(r"f|re: '\d'", &[(Some(r#""1""#), true)]);
    check(
        "f|cidr: [10.0.0.0/8, '2001:db8::/32']",
        &[
            (Some(r#""10.9.8.7""#), true),
            (Some(r#""2001:db8::1""#), true),
            (Some(r#""11.0.0.1""#), false),
            (Some(r#""AWS Internal""#), false),
            (Some(r#"["x","10.0.0.1"]"#), true),
        ],
    );
    // "cmd" in UTF-16 is `63 00 6d 00 64 00`, in Base64 YwBtAGQA.
    check("f|wide|base64: cmd", &[(Some(r#""YwBtAGQA""#), true)]);
    check("f|utf16le|base64offset|contains: cmd", &[(Some(r#""AAYwBtAGQAxx""#), true), (Some(r#""cmd""#), false)]);
    check(
        "f|windash|contains: ' -f '",
        &[(Some(r#""rm /f x""#), true), (Some(r#""rm -F x""#), true), (Some(r#""rm f x""#), false)],
    );
    check("f|hour|gte: 22", &[(Some(r#""2026-03-01T22:00:00Z""#), true), (Some(r#""2026-03-01T21:59:59Z""#), false)]);
    check("f|hour: [3, 4]", &[(Some(r#""2026-03-01T04:10:00Z""#), true), (Some(r#""2026-03-01T05:10:00Z""#), false)]);
    check("f|week: 53", &[(Some(r#""2021-01-03T00:00:00Z""#), true), (Some(r#""2021-01-04T00:00:00Z""#), false)]);
    check("f|day: 1", &[(Some(r#""2026-03-01T04:10:00Z""#), true)]);
    check("f|month: 3", &[(Some(r#""2026-03-01T04:10:00Z""#), true)]);
    check("f|year|lt: 2026", &[(Some(r#""2025-12-31T23:59:59Z""#), true), (Some(r#""2026-01-01T00:00:00Z""#), false)]);
    check("f|minute: 10", &[(Some(r#""2026-03-01T04:10:59Z""#), true)]);
}

#[test]
fn objects_have_the_text_of_their_json() {
    let policy = r#"{ "doc" : "{\"Effect\":\"Allow\",\"Principal\":\"*\"}", "n": [1, {"k": "v"}] }"#;
    for (test, expected) in [
        (r#"f|contains: '"Effect":"Allow"'"#, true),
        (r#"f|contains: '\"Effect\"'"#, true),
        (r#"f|contains: '"n":[1,{"k":"V"}]'"#, true),
        (r#"f|contains: Suspended"#, false),
        ("f|contains: '*'", true),
        ("f|re: '\"Principal\":\"\\*\"'", true),
        (r#"f|re: '"n":\[1,{"k"'"#, true),
        ("f.n.k: v", true),
        ("f.n: 1", true),
        ("f.n.k: null", false),
        ("f.n.x: null", true),
        ("f: null", false),
    ] {
        check(test, &[(Some(policy), expected)]);
    }
}

#[test]
fn fields_are_compared_with_fields() {
    let record = |f: &str, g: &str| format!(r#"{{"requestParameters":{{"f":{f}}},"responseElements":{{"g":{g}}}}}"#);
    let check = |test: &str, f: &str, g: &str, expected: bool| {
        let detection = format!("s:\n  requestParameters.f|{test}: responseElements.g\ncondition: s");
        assert_eq!(holds(&detection, &[&record(f, g)]), [expected], "{test} {f} {g}");
    };
    check("fieldref", r#""Ann""#, r#""ann""#, true);
    check("fieldref|cased", r#""Ann""#, r#""ann""#, false);
    check("fieldref", "5", r#""5""#, true);
    check("fieldref", "5", "5.0", true);
    check("fieldref", "null", "null", false);
    check("fieldref", r#"["a","b"]"#, r#"["c","b"]"#, true);
    check("fieldref|neq", r#""a""#, r#""b""#, true);
    check("neq|fieldref", r#""a""#, r#""A""#, false);
    check("fieldref|endswith", r#""user/ann""#, r#""Ann""#, true);
    check("endswith|fieldref", r#""user/ann""#, r#""Bob""#, false);
    check("startswith|fieldref", r#""annie""#, r#""ann""#, true);
    check("contains|fieldref", r#""user/ann/x""#, r#""ann""#, true);
    check("contains|fieldref", r#""user""#, r#""""#, false);
}

#[test]
fn paths_lead_through_arrays() {
    let record = r#"{"resources":[{"ARN":"a","type":"T"},{"ARN":"b"}],
        "requestParameters":{"defs":[{"command":["sh","-c curl"]},{"command":null}],"x.y":1}}"#;
    for (test, expected) in [
        ("resources.ARN: B", true),
        ("resources.ARN: c", false),
        ("resources.type|exists: true", true),
        ("resources.0.ARN: a", true),
        ("resources[1].ARN: a", false),
        ("resources[1].ARN: b", true),
        ("requestParameters.defs.command|contains: curl", true),
        ("requestParameters.defs.command: null", true),
        ("requestParameters.defs.nope: null", true),
        ("eventName: null", true),
        ("eventName.x|exists: false", true),
    ] {
        assert_eq!(holds(&format!("s:\n  {test}\ncondition: s"), &[record]), [expected], "{test}");
    }
}

#[test]
fn keywords_stand_anywhere_in_the_record() {
    let record = r#"{"eventName":"PutObject","requestParameters":{"key":"Ransom \"note\".txt","n":42}}"#;
    for (selection, expected) in [
        ("s: [nope, ransom]", true),
        ("s: ransom", true),
        ("s: [nope, other]", false),
        ("s:\n  '|all': [ransom, PUTOBJECT]", true),
        ("s:\n  '|all': [ransom, nope]", false),
        ("s: ['\"note\"']", true),
        ("s: ['put*txt']", true),
        ("s:\n  '|re': 'note.+txt'", true),
        ("s: [42]", true),
        ("s:\n  - eventName: nope\n  - ransom", true),
    ] {
        assert_eq!(holds(&format!("{selection}\ncondition: s"), &[record]), [expected], "{selection}");
    }
}

#[test]
fn conditions_join_selections() {
    let detection = |condition: &str| {
        format!(
            "sel-1:\n  eventName: A\nsel_2:\n  eventName: B\nsel3:\n  awsRegion: r\n_hidden:\n  eventName: C\ncondition: {condition}"
        )
    };
    let records = [
        r#"{"eventName":"A"}"#,
        r#"{"eventName":"B","awsRegion":"r"}"#,
        r#"{"eventName":"C"}"#,
        r#"{"awsRegion":"r"}"#,
    ];
    for (condition, expected) in [
        ("sel-1", [true, false, false, false]),
        ("1 of them", [true, true, false, true]),
        ("all of them", [false; 4]),
        ("2 of them", [false, true, false, false]),
        ("any of sel_*", [false, true, false, false]),
        ("all of sel*", [false; 4]),
        ("not 1 of sel*", [false, false, true, false]),
        ("_hidden or sel-1", [true, false, true, false]),
        ("1 of _*", [false, false, true, false]),
        ("sel3 and not (sel-1 or sel_2)", [false, false, false, true]),
        ("not sel3 and not sel-1", [false, false, true, false]),
        ("\n  - sel-1\n  - _hidden", [true, false, true, false]),
    ] {
        assert_eq!(holds(&detection(condition), &records), expected, "{condition}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let check = |detection: &str, expected: &str| assert_eq!(error(&rule(detection)), expected, "{detection}");
    check("s:\n  a|contans: b\ncondition: s", "G007 no modifier is named `contans`, in the selection `s` @ a|contans");
    check("s:\n  a|: b\ncondition: s", "G007 no modifier is named ``, in the selection `s` @ a|");
    check(
        "s:\n  a|re: '(?=x)'\ncondition: s",
        "G009 the regular expression of `a|re` cannot be used: look-around, including look-ahead and look-behind, is not supported, in the selection `s` @ '(?=x)'",
    );
    check(
        "s:\n  a|re: 'a{1000}{1000}'\ncondition: s",
        "G009 the regular expression of `a|re` cannot be used: it is too large, in the selection `s` @ 'a{1000}{1000}'",
    );
    check(
        "s:\n  a|cidr: 10.0.0.0/33\ncondition: s",
        "G010 `10.0.0.0/33` is no block of addresses in `a|cidr`, in the selection `s` @ 10.0.0.0/33",
    );
    check("s:\n  a|gt: x\ncondition: s", "G008 a value that is no number in `a|gt`, in the selection `s` @ x");
    check(
        "s:\n  a|exists: maybe\ncondition: s",
        "G008 `exists` takes `true` or `false` in `a|exists`, in the selection `s` @ maybe",
    );
    check(
        "s:\n  a|i: x\ncondition: s",
        "G008 `i` stands behind something else than `re` in `a|i`, in the selection `s` @ a|i",
    );
    check("s:\n  a: {b: c}\ncondition: s", "G004 a value of `a` is a mapping, in the selection `s` @ a");
    check("s:\n  a: []\ncondition: s", "G004 `a` has no value, in the selection `s` @ a");
    check("s: {}\ncondition: s", "G004 a selection without a test, in the selection `s` @ ");
    check("s:\n  a: b", "G004 `detection` has no `condition` @ ");
    check(
        "s:\n  a: b\ncondition: s and",
        "G005 `condition` does not parse: expected a selection, found the end @ s and",
    );
    check("s:\n  a: b\ncondition: t", "G006 no selection is named `t` @ t");
    check("s:\n  a: b\ncondition: 1 of t*", "G006 no selection is meant by `of t*` @ 1 of t*");
    check("s:\n  a: b\ncondition: 2 of s*", "G006 `2 of s*` asks for 2 selections of 1 @ 2 of s*");
    check("s:\n  a: b\n  a: c\ncondition: s", "G002 the key `a` stands twice @ a");
    for modifiers in [
        "contains|re",
        "re|cased",
        "cidr|contains",
        "exists|all|neq",
        "gt|lt",
        "gt|hour",
        "re|base64",
        "contains|startswith",
        "contains|base64",
        "fieldref|gt",
        "neq|exists",
    ] {
        let detection = format!("s:\n  a|{modifiers}: ['5', '6']\ncondition: s");
        assert!(error(&rule(&detection)).starts_with("G008"), "{modifiers}: {}", error(&rule(&detection)));
    }
}

#[test]
fn clauses_say_what_they_test() {
    let collection = super::load(&rule(
        "s:\n  eventName: [A, B]\n  userAgent|contains: x\nf:\n  awsRegion: r\ncondition: s and not f",
    ));
    let rule = &collection.rules[0];
    let found = r#"{"eventName":"a","userAgent":"y"}"#;
    let tests: Vec<(String, bool)> = rule
        .clause()
        .tests()
        .into_iter()
        .map(|test| (test.text.clone(), super::answers(&test.expr, &[found])[0]))
        .collect();
    let expected = [("eventName: A, B", true), ("userAgent|contains: *x*", false), ("awsRegion: r", false)];
    assert_eq!(tests, expected.map(|(text, holds)| (text.to_owned(), holds)));
}
