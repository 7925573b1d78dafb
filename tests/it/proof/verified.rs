//! The columns `verified` and `verified_reason`, on every way to an answer.

use std::fs;

use serde_json::Value;

use super::{World, content, gzip, key};

const VERIFIED: &[&str] = &["--verified=report.json"];

/// Sums of [`super::FILES`].
const TRUE: &str = "1";
const FALSE: &str = "14";
const NULL: &str = "112";

#[test]
fn each_log_file_has_its_verdict_and_its_reason() {
    let world = World::new();
    let by_reason = "SELECT verified, verified_reason, count(*) FROM cloudtrail GROUP BY 1, 2 ORDER BY count(*)";
    let expected = [
        "true,,1",
        "false,modified,2",
        "false,malformed: trailing data,4",
        "false,unlisted,8",
        ",uncovered: validation was off,16",
        ",unverified: its digest file is not authenticated,32",
        ",not in the verification,64",
    ];
    assert_eq!(world.rows(by_reason, VERIFIED), expected);
    let insights = "stats count(*) as n by @verified, @verifiedReason | sort n";
    let in_insights: Vec<_> = expected.iter().map(|row| row.replace("true", "1").replace("false", "0")).collect();
    assert_eq!(world.rows(insights, VERIFIED), in_insights);
    // Nobody asked.
    assert_eq!(world.rows(by_reason, &[]), [",no verification was asked for (--verified),127"]);
}

#[test]
fn conditions_on_it_hold_on_every_way_to_the_rows() {
    let world = World::new();
    let ways = [
        // Records are counted only.
        "SELECT count(*) FROM cloudtrail WHERE {}",
        "SELECT count(*) FROM management_events WHERE {}",
        // Records are built for one leaf, for a whole, behind a search, behind another condition.
        "SELECT count(eventid) FROM cloudtrail WHERE {}",
        "SELECT count(eventjson) FROM cloudtrail WHERE {}",
        "SELECT count(*) FROM cloudtrail WHERE eventname = 'StopLogging' AND {}",
        "SELECT count(useridentity), count(eventjson), max(length(eventjson)) - max(length(eventjson)) FROM cloudtrail WHERE eventname LIKE 'Stop%' AND ({})",
        "SELECT count(*) FROM (SELECT DISTINCT eventid FROM cloudtrail WHERE {})",
        "SELECT count(*) FROM (SELECT eventid FROM cloudtrail WHERE first_seen(eventid) AND {})",
        "SELECT count(*) FROM (SELECT eventid FROM cloudtrail WHERE {} ORDER BY eventtime DESC LIMIT 1000)",
        "SELECT count(*) FROM cloudtrail a JOIN cloudtrail b ON a.eventid = b.eventid AND a.{} AND b.verified IS NOT DISTINCT FROM a.verified",
        "SELECT sum(n) FROM (SELECT verified, count(*) AS n FROM cloudtrail GROUP BY verified) WHERE {}",
        "SELECT sum(CASE WHEN {} THEN 1 ELSE 0 END) FROM cloudtrail",
    ];
    let conditions = [
        ("verified", TRUE),
        ("verified = true", TRUE),
        ("verified = false", FALSE),
        ("verified IS NULL", NULL),
        ("verified IS NOT TRUE", "126"),
    ];
    for way in ways {
        for (condition, expected) in conditions {
            let text = way.replace("{}", condition);
            for threads in ["1", "3"] {
                let rows = world.rows(&text, &[VERIFIED, &["--threads", threads]].concat());
                assert_eq!(rows[0].split(',').next(), Some(expected), "{text}");
            }
        }
    }
    let reasons = "SELECT count(*) FROM cloudtrail WHERE verified_reason LIKE 'un%' AND eventsource LIKE 'cloudtrail%'";
    assert_eq!(world.rows(reasons, VERIFIED), ["56"]);
    let insights = [
        ("filter @verified = 1 | stats count(*)", TRUE),
        ("filter @verified = 0 | stats count(*)", FALSE),
        ("filter @verified = true | stats count(*)", TRUE),
        ("filter not ispresent(@verified) | stats count(*)", NULL),
        ("filter @verifiedReason = 'unlisted' | stats count(*)", "8"),
        ("filter @verified = 0 and eventName = 'StopLogging' | stats count(*)", FALSE),
    ];
    for (text, expected) in insights {
        assert_eq!(world.rows(text, VERIFIED), [expected], "{text}");
    }
}

#[test]
fn a_table_of_ones_own_and_a_view_have_it_too() {
    let world = World::new();
    let view = "CREATE VIEW proven AS SELECT eventid FROM cloudtrail WHERE verified; SELECT count(*) FROM proven";
    assert_eq!(world.rows(view, VERIFIED).last().map(String::as_str), Some(TRUE));
    let kept = "CREATE TABLE kept AS SELECT verified FROM cloudtrail; SELECT count(*) FROM kept WHERE verified = false";
    assert_eq!(world.rows(kept, VERIFIED).last().map(String::as_str), Some(FALSE));
}

#[test]
fn a_log_file_that_changed_since_the_verification_is_not_verified() {
    let world = World::new();
    let reasons = |name: &str| {
        let text =
            format!("SELECT DISTINCT verified, verified_reason FROM cloudtrail WHERE \"$path\" = '{}'", key(name));
        world.rows(&text, VERIFIED)
    };
    assert_eq!(reasons("valid"), ["true,"]);
    world.write(&key("valid"), &gzip(&content("other", 1)));
    assert_eq!(reasons("valid"), ["false,modified"]);
    // One byte of padding changes no record.
    world.write(&key("valid"), &[gzip(&content("valid", 1)), vec![0]].concat());
    assert_eq!(reasons("valid"), ["false,malformed: trailing data"]);
    // The other way round: what was modified has been restored, and stored otherwise.
    world.write(&key("modified"), &content("modified", 1));
    assert_eq!(reasons("modified"), ["true,"]);
    // An unpacked copy has another name.
    fs::remove_file(world.path(&key("modified"))).expect("a file");
    world.write(key("modified").trim_end_matches(".gz"), &content("modified", 1));
    assert_eq!(world.rows("SELECT count(*) FROM cloudtrail WHERE verified", VERIFIED), ["1"]);
}

#[test]
fn the_same_names_elsewhere_are_not_what_was_verified() {
    let world = World::new();
    let forged = |prefix: &str| world.write(&format!("{prefix}/{}", key("valid")), &gzip(&content("valid", 1)));
    forged("copy");
    let text = "SELECT verified, verified_reason FROM cloudtrail WHERE \"$path\" LIKE 'copy/%'";
    assert_eq!(world.rows(text, VERIFIED), [",not in the verification"]);
    // Two archives, and the report of one: its bucket's name tells which.
    let other = world.folder.path().join("other").join(key("valid"));
    fs::create_dir_all(other.parent().expect("a folder")).expect("folders");
    fs::write(other, gzip(&content("valid", 1))).expect("a file");
    let text = "SELECT a.verified, b.verified, b.verified_reason FROM trails.cloudtrail a, other.cloudtrail b \
                WHERE a.eventid = b.eventid AND a.\"$path\" NOT LIKE 'copy/%'";
    let run = world.run(&["query", "trails", "other", "-q", "-o", "csv", "-c", text, "--verified=report.json"]);
    assert_eq!(run.stdout.lines().skip(1).collect::<Vec<_>>(), ["true,,not in the verification"], "{run:?}");
}

#[test]
fn findings_and_events_tell_it() {
    let world = World::new();
    let run =
        world.run(&["hunt", "trails", "-q", "--rule", "ct.trail.stopped", "-o", "ndjson", "--verified=report.json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let findings: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let count = |wanted: Value| findings.iter().filter(|finding| finding["verified"] == wanted).count().to_string();
    assert_eq!((findings.len(), count(true.into())), (127, TRUE.to_owned()));
    assert_eq!((count(false.into()), count(Value::Null)), (FALSE.to_owned(), NULL.to_owned()));
    for finding in &findings {
        let id = finding["event_id"].as_str().expect("an id");
        let reason = match id.split('-').next() {
            Some("valid") => Value::Null,
            Some("modified") => "modified".into(),
            Some("trailing") => "malformed: trailing data".into(),
            Some("forged") => "unlisted".into(),
            Some("uncovered") => "uncovered: validation was off".into(),
            Some("unverified") => "unverified: its digest file is not authenticated".into(),
            _ => "not in the verification".into(),
        };
        assert_eq!(finding["verified_reason"], reason, "{id}");
    }
    let unasked = world.run(&["hunt", "trails", "-q", "--rule", "ct.trail.stopped", "-o", "csv"]);
    assert!(!unasked.stdout.lines().next().is_some_and(|heading| heading.contains("verified")), "{unasked:?}");

    let lookup = |more: &[&str]| {
        let run = world.run(&[&["lookup", "trails", "-q", "--event-id", "forged-0"], more].concat());
        let events: Value = serde_json::from_str(&run.stdout).expect("JSON");
        events["Events"][0].clone()
    };
    let event = lookup(VERIFIED);
    assert_eq!((&event["Verified"], &event["VerifiedReason"]), (&false.into(), &"unlisted".into()));
    assert_eq!(lookup(&[]).get("Verified"), None);
    let rows = world.run(&["lookup", "trails", "-q", "--event-id", "valid-0", "-o", "csv", "--verified=report.json"]);
    assert!(rows.stdout.lines().nth(1).is_some_and(|row| row.ends_with(",true,")), "{rows:?}");
}

#[test]
fn rules_may_ask_for_it_and_not_show_it() {
    let world = World::new();
    let pack = world.folder.path().join("pack");
    fs::create_dir(&pack).expect("a folder");
    let head = "-- title: x\n-- why: y\n-- attack: T1562.008   level: high\n-- noisy: never\n-- source: none\n";
    let rule = |name: &str, text: &str| fs::write(pack.join(name), format!("{head}{text}\n")).expect("a file");
    let list = |names: &str| {
        let text = format!("name = \"mine\"\nversion = \"0.1.0\"\ndescription = \"x\"\nqueries = [{names}]\n");
        fs::write(pack.join("pack.toml"), text).expect("a file");
    };
    list("\"mine.forged.sql\"");
    rule("mine.forged.sql", "SELECT eventid FROM cloudtrail WHERE eventname = 'StopLogging' AND verified = false");
    let hunt = ["hunt", "trails", "-q", "--pack", "./pack", "-o", "csv", "--verified=report.json"];
    let run = world.run(&hunt);
    assert_eq!((run.code, run.stdout.lines().count()), (Some(0), 15), "{run:?}");
    list("\"mine.forged.sql\", \"mine.shown.sql\"");
    rule("mine.shown.sql", "SELECT eventid, verified_reason AS why FROM cloudtrail WHERE eventname = 'StopLogging'");
    let run = world.run(&hunt);
    assert!(run.stderr.contains("a rule cannot show `verified_reason`"), "{run:?}");
}

#[test]
fn what_cannot_tell_is_refused_before_anything_is_read() {
    let world = World::new();
    let refused = |more: &[&str]| {
        let run = world.run(&[&["query", "trails", "-q", "-c", "SELECT verified FROM cloudtrail"], more].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        run.stderr
    };
    assert!(refused(&["--verified=gone.json"]).contains("cannot read the verification's report `gone.json`"));
    let brief = super::report("trails", "trails").to_string().replace("\"valid\",\"class\"", "\"modified\",\"class\"");
    fs::write(world.folder.path().join("brief.json"), brief).expect("a file");
    let said = refused(&["--verified=brief.json"]);
    assert!(said.contains("leaves out the log files that are valid") && said.contains("--verbose"), "{said}");
    fs::write(world.folder.path().join("torn.json"), &super::report("t", "t").to_string()[..300]).expect("a file");
    assert!(refused(&["--verified=torn.json"]).contains("is no report of a verification"));
}
