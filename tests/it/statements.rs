//! Statements that define, keep and read: tables over log files, rows in files, lists of one's own.

use std::fs;

use tempfile::TempDir;

use crate::asked::Asked;

const BUNDLED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/archive");

/// A folder with lists of one's own.
fn lists() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let file = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    file("accounts.csv", "\u{feff}account_id,Owner,Score\n111122223333,platform,1\n012345678901,other,2\n");
    file("roles.json", r#"{"Roles":[{"RoleName":"backup-nightly","Tags":[{"Key":"team"}]}],"IsTruncated":false}"#);
    file("lines.ndjson", "{\"name\":\"AssumeRole\"}\n{\"name\":\"GetObject\"}\n");
    file("broken.json", "[{\"a\":1}");
    file("plain.dat", "a\n");
    folder
}

#[test]
fn lists_of_ones_own_join_with_events() {
    let folder = lists();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let asked = Asked::open(&[BUNDLED]);
    let owners = format!(
        "SELECT a.owner, count(*) > 0 FROM cloudtrail c JOIN '{}' a ON c.recipientaccountid = a.account_id GROUP BY 1",
        path("accounts.csv")
    );
    assert_eq!(asked.ask(&owners).expect("rows"), "platform\ttrue");
    let kept = format!("SELECT account_id, score + 1 FROM read_csv('{}') ORDER BY 1", path("accounts.csv"));
    assert_eq!(asked.ask(&kept).expect("rows"), "012345678901\t3\n111122223333\t2");
    let roles =
        format!("SELECT rolename, t.tag['Key'] FROM '{}' CROSS JOIN UNNEST(tags) AS t(tag)", path("roles.json"));
    assert_eq!(asked.ask(&roles).expect("rows"), "backup-nightly\tteam");
    let lines = format!("SELECT count(*) FROM '{0}' WHERE lines.name LIKE 'A%'", path("lines.ndjson"));
    assert_eq!(asked.ask(&lines).expect("rows"), "1");
    let parquet = path("kept.parquet");
    assert!(asked.refused(&format!("SELECT * FROM '{parquet}'")).contains("cannot read"));
    assert!(asked.refused(&format!("SELECT * FROM '{}'", path("broken.json"))).contains("EOF"));
    assert!(asked.refused(&format!("SELECT * FROM '{}'", path("plain.dat"))).contains("read_csv"));
}

#[test]
fn rows_are_kept_in_files_and_read_again() {
    let folder = TempDir::new().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let asked = Asked::open(&[BUNDLED]);
    let made = asked.ask(&format!(
        "CREATE TABLE suspects WITH (format = 'PARQUET', external_location = '{}', parquet_compression = 'SNAPPY') AS \
         SELECT useridentity.arn, eventname FROM cloudtrail WHERE eventname = 'AssumeRole'",
        path("suspects/")
    ));
    let rows = made.expect("rows");
    assert_eq!(asked.ask("SELECT count(*) FROM suspects").expect("rows"), rows);
    let more = asked.ask("INSERT INTO suspects SELECT 'x', 'y'").expect("rows");
    assert_eq!(more, "1");
    let count: u64 = rows.parse().expect("a number");
    assert_eq!(asked.ask("SELECT count(*) FROM suspects").expect("rows"), (count + 1).to_string());
    assert!(asked.refused("CREATE TABLE suspects AS SELECT 1 AS n").contains("exists already"));
    asked.ask("DROP TABLE suspects").expect("a table to forget");
    assert!(fs::read_dir(folder.path().join("suspects")).expect("files stay").count() > 0);

    let unload = format!(
        "UNLOAD (SELECT eventname, awsregion FROM cloudtrail LIMIT 7) TO '{}' WITH (format = 'JSON', partitioned_by = ARRAY['awsregion'])",
        path("unloaded")
    );
    assert_eq!(asked.ask(&unload).expect("rows"), "7");
    assert!(asked.refused(&unload).contains("is not empty"));
}

#[test]
fn nothing_is_written_where_an_archive_is() {
    let asked = Asked::open(&[BUNDLED]);
    for text in [
        format!("UNLOAD (SELECT 1 AS n) TO '{BUNDLED}/AWSLogs/new'"),
        format!("CREATE TABLE t WITH (external_location = '{BUNDLED}') AS SELECT 1 AS n"),
        format!("UNLOAD (SELECT 1 AS n) TO '{}'", concat!(env!("CARGO_MANIFEST_DIR"), "/examples")),
    ] {
        assert!(asked.refused(&text).contains("is an archive's"), "{text}");
    }
    // Nor by a way around: through a link, or through a folder that does not exist yet.
    let folder = TempDir::new().expect("a folder");
    let inside = folder.path().join("trail");
    fs::create_dir(&inside).expect("a folder");
    let trail = Asked::open(&[&inside.display().to_string()]);
    let link = folder.path().join("link");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&inside, &link).expect("a link");
    #[cfg(unix)]
    assert!(trail.refused(&format!("UNLOAD (SELECT 1 AS n) TO '{}/new'", link.display())).contains("is an archive's"));
    let around = folder.path().join("other/../trail/new");
    assert!(trail.refused(&format!("UNLOAD (SELECT 1 AS n) TO '{}'", around.display())).contains("is an archive's"));
    for text in
        ["INSERT INTO cloudtrail SELECT 1", "DROP TABLE cloudtrail", "DROP VIEW data_events", "DROP DATABASE archive"]
    {
        assert!(asked.refused(text).contains("trailql only reads"), "{text}");
    }
}

#[test]
fn a_definition_needs_no_other_step() {
    let asked = Asked::open(&[]);
    let definition = format!(
        "CREATE EXTERNAL TABLE IF NOT EXISTS security.cloudtrail_logs (eventversion STRING, eventtime STRING, \
         eventname STRING, readonly BOOLEAN, useridentity STRUCT<type:STRING,arn:STRING>, sharedEventId STRING) \
         COMMENT 'trail' PARTITIONED BY (`timestamp` string, account string) \
         ROW FORMAT SERDE 'com.amazon.emr.hive.serde.CloudTrailSerde' \
         STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat' \
         OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat' LOCATION '{BUNDLED}/' \
         TBLPROPERTIES ('projection.enabled'='true', 'projection.timestamp.format'='yyyy/MM/dd', \
         'projection.timestamp.interval'='1', 'projection.timestamp.interval.unit'='DAYS', \
         'projection.timestamp.range'='2026/05/12,NOW', 'projection.timestamp.type'='date', \
         'projection.account.type'='enum', 'projection.account.values'='111122223333')"
    );
    asked.ask(&definition).expect("a definition");
    asked.ask(&definition).expect("it exists, and that is fine");
    let rows = "SELECT count(*), min(\"timestamp\"), min(account), max(account) FROM security.cloudtrail_logs";
    let found = asked.ask(rows).expect("rows");
    let (count, rest) = found.split_once('\t').expect("columns");
    assert_eq!(rest, "2026/05/12\t111122223333\t111122223333");
    let direct = Asked::open(&[BUNDLED])
        .ask("SELECT count(*) FROM cloudtrail WHERE \"timestamp\" >= '2026/05/12' AND account = '111122223333'");
    assert_eq!(count, direct.expect("rows"));
    assert_eq!(
        asked
            .ask("SELECT count(*) FROM security.cloudtrail_logs WHERE readonly = true AND NOT readonly")
            .expect("rows"),
        "0"
    );
    assert_eq!(asked.ask("SHOW DATABASES LIKE 'sec%'").expect("rows"), "security");
    assert!(
        asked.ask("SHOW CREATE TABLE security.cloudtrail_logs").expect("rows").starts_with("CREATE EXTERNAL TABLE")
    );
    let described = asked.ask("DESCRIBE security.cloudtrail_logs").expect("rows");
    assert!(described.contains("readonly\tboolean") && described.contains("account\tstring"), "{described}");
    asked
        .ask(&format!(
            "ALTER TABLE security.cloudtrail_logs ADD IF NOT EXISTS PARTITION (account='1') LOCATION '{BUNDLED}/a' \
             PARTITION (account='2') LOCATION '{BUNDLED}/b/'"
        ))
        .expect("nothing to add");
    assert!(
        asked
            .refused("ALTER TABLE security.cloudtrail_logs ADD PARTITION (account='1') LOCATION '/elsewhere'")
            .contains("not below")
    );
    asked.ask("USE security; MSCK REPAIR TABLE cloudtrail_logs").expect("nothing to do");
    asked
        .ask("CREATE VIEW roots AS SELECT useridentity.arn FROM cloudtrail_logs WHERE useridentity.type = 'Root'")
        .expect("a view");
    assert!(asked.ask("SHOW CREATE VIEW roots").expect("rows").starts_with("CREATE VIEW roots AS"));
    asked.ask("SELECT * FROM roots; DROP VIEW roots; DROP TABLE cloudtrail_logs").expect("tables to forget");
    assert!(asked.refused("DROP TABLE cloudtrail_logs").contains("no table is named"));
    assert!(asked.refused("CREATE EXTERNAL TABLE t (a string) LOCATION '/nowhere/at/all'").contains("cannot read"));
    let key = format!("CREATE EXTERNAL TABLE t (a string) PARTITIONED BY (moon string) LOCATION '{BUNDLED}'");
    assert!(asked.refused(&key).contains("`moon` is no part"));
}

#[test]
fn partitions_are_listed() {
    let asked = Asked::open(&[BUNDLED]);
    let shown = asked.ask("SHOW PARTITIONS cloudtrail").expect("rows");
    assert!(shown.starts_with("account=111122223333/region=eu-west-1/year=2026/month=05/day=11\n"), "{shown}");
    let listed = asked.ask("SELECT count(*) FROM \"cloudtrail$partitions\"").expect("rows");
    assert_eq!(shown.lines().count().to_string(), listed);
}
