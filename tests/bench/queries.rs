//! The questions that are measured, and what each may cost.

use std::path::PathBuf;

use crate::archive::Archive;

/// One question, in the words of trailql and of DuckDB.
#[derive(Debug)]
pub(crate) struct Query {
    /// As it is called in the table.
    pub(crate) name: &'static str,
    /// What it may cost.
    pub(crate) limit: Option<Limit>,
    pub(crate) language: Language,
    pub(crate) text: String,
    /// The archive it is put to.
    pub(crate) folder: PathBuf,
    /// The same question to DuckDB, where somebody would ask it.
    pub(crate) duckdb: Option<Duck>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Language {
    Sql,
    Insights,
}

/// The most that a query may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limit {
    /// Times the floor.
    Ratio(f64),
    /// Seconds.
    Seconds(f64),
}

/// A question to DuckDB: the type of a record, with only the members that it needs, and a query over records `r`.
#[derive(Debug, Clone)]
pub(crate) struct Duck {
    pub(crate) record: &'static str,
    pub(crate) query: String,
}

/// Every line of the table, in order.
pub(crate) fn all(archive: &Archive) -> Vec<Query> {
    let Archive { slice: [account, region, day], marker, event, .. } = archive;
    let sql = |name, ratio, text: &str, duckdb: Option<(&'static str, String)>| Query {
        name,
        limit: Some(Limit::Ratio(ratio)),
        language: Language::Sql,
        text: text.to_owned(),
        folder: archive.folder.clone(),
        duckdb: duckdb.map(|(record, query)| Duck { record, query }),
    };
    let insights = |name, ratio, text: &str| Query { language: Language::Insights, ..sql(name, ratio, text, None) };
    let duck = |record: &'static str, query: &str| Some((record, query.to_owned()));
    vec![
        sql(
            "failed sign-ins by ARN and address",
            1.3,
            "SELECT useridentity.arn, sourceipaddress, count(*) FROM cloudtrail \
             WHERE eventname = 'ConsoleLogin' AND errormessage LIKE '%Failed%' GROUP BY 1, 2",
            duck(
                "userIdentity STRUCT(arn VARCHAR), sourceIPAddress VARCHAR, eventName VARCHAR, errorMessage VARCHAR",
                "SELECT r.userIdentity.arn, r.sourceIPAddress, count(*) FROM records \
                 WHERE r.eventName = 'ConsoleLogin' AND r.errorMessage LIKE '%Failed%' GROUP BY 1, 2",
            ),
        ),
        insights(
            "the same, Logs Insights",
            1.3,
            "filter eventName = 'ConsoleLogin' and errorMessage like /Failed/ \
             | stats count(*) by userIdentity.arn, sourceIPAddress",
        ),
        sql(
            "a text in requests",
            1.3,
            &format!("SELECT eventtime, eventname FROM cloudtrail WHERE requestparameters LIKE '%{marker}%'"),
            Some((
                "eventTime VARCHAR, eventName VARCHAR, requestParameters JSON",
                format!(
                    "SELECT r.eventTime, r.eventName FROM records \
                     WHERE r.requestParameters::VARCHAR LIKE '%{marker}%'"
                ),
            )),
        ),
        sql(
            "a text in user agents",
            1.3,
            "SELECT eventtime, eventname FROM cloudtrail WHERE useragent LIKE '%guardduty%'",
            None,
        ),
        sql(
            "one event ID, all columns",
            1.3,
            &format!("SELECT * FROM cloudtrail WHERE eventid = '{event}'"),
            Some((ALL, format!("SELECT r.* FROM records WHERE r.eventID = '{event}'"))),
        ),
        sql(
            "count(*)",
            1.3,
            "SELECT count(*) FROM cloudtrail",
            duck("eventVersion VARCHAR", "SELECT count(*) FROM records"),
        ),
        sql(
            "count by event name",
            1.7,
            "SELECT eventname, count(*) FROM cloudtrail GROUP BY 1",
            duck("eventName VARCHAR", "SELECT r.eventName, count(*) FROM records GROUP BY 1"),
        ),
        insights("the same, Logs Insights", 1.7, "stats count(*) by eventName"),
        sql(
            "RunInstances by ARN and instance type",
            1.7,
            "SELECT useridentity.arn, requestparameters.instancetype, count(*) FROM cloudtrail \
             WHERE eventname = 'RunInstances' GROUP BY 1, 2",
            duck(
                "userIdentity STRUCT(arn VARCHAR), eventName VARCHAR, requestParameters STRUCT(instanceType VARCHAR)",
                "SELECT r.userIdentity.arn, r.requestParameters.instanceType, count(*) FROM records \
                 WHERE r.eventName = 'RunInstances' GROUP BY 1, 2",
            ),
        ),
        sql(
            "errors by hour and code",
            1.7,
            "SELECT date_trunc('hour', eventtime), errorcode, count(*) FROM cloudtrail \
             WHERE errorcode IS NOT NULL GROUP BY 1, 2",
            duck(
                "eventTime TIMESTAMP, errorCode VARCHAR",
                "SELECT date_trunc('hour', r.eventTime), r.errorCode, count(*) FROM records \
                 WHERE r.errorCode IS NOT NULL GROUP BY 1, 2",
            ),
        ),
        sql(
            "addresses per access key",
            2.5,
            "SELECT useridentity.accesskeyid, count(DISTINCT sourceipaddress) FROM cloudtrail GROUP BY 1",
            duck(
                "userIdentity STRUCT(accessKeyId VARCHAR), sourceIPAddress VARCHAR",
                "SELECT r.userIdentity.accessKeyId, count(DISTINCT r.sourceIPAddress) FROM records GROUP BY 1",
            ),
        ),
        sql(
            "one account, region and day",
            0.25,
            &format!(
                "SELECT eventname, count(*) FROM cloudtrail WHERE account = '{account}' AND region = '{region}' \
                 AND eventtime >= '{day}T00:00:00Z' AND eventtime <= '{day}T23:59:59Z' GROUP BY 1"
            ),
            None,
        ),
        Query {
            limit: None,
            ..sql(
                "the ten newest",
                0.0,
                "SELECT eventtime, eventname, useridentity.arn FROM cloudtrail ORDER BY eventtime DESC LIMIT 10",
                None,
            )
        },
        Query {
            limit: Some(Limit::Seconds(0.060)),
            folder: archive.single.path().to_owned(),
            ..sql("SELECT 1 beside one file", 0.0, "SELECT 1", None)
        },
    ]
}

/// The members that every record has, for a query that wants all of them.
const ALL: &str = "eventVersion VARCHAR, userIdentity JSON, eventTime VARCHAR, eventSource VARCHAR, eventName VARCHAR, \
    awsRegion VARCHAR, sourceIPAddress VARCHAR, userAgent VARCHAR, errorCode VARCHAR, errorMessage VARCHAR, \
    requestParameters JSON, responseElements JSON, additionalEventData JSON, requestID VARCHAR, eventID VARCHAR, \
    readOnly BOOLEAN, resources JSON, eventType VARCHAR, managementEvent BOOLEAN, recipientAccountId VARCHAR, \
    eventCategory VARCHAR, tlsDetails JSON";
