-- What is there to ask before anything is defined?
SHOW TABLES;

-- Where shall the responders' tables live?
CREATE DATABASE IF NOT EXISTS security COMMENT 'Incident response';

-- And a second one, in the words of the standard?
CREATE SCHEMA IF NOT EXISTS forensics;

-- Which databases are there now?
SHOW DATABASES;

-- And under their other name?
SHOW SCHEMAS;

-- How is the table of the oldest guides declared, with the SerDe of EMR?
CREATE EXTERNAL TABLE IF NOT EXISTS cloudtrail_emr (
    eventversion STRING,
    useridentity STRUCT<
                   type:STRING,
                   principalid:STRING,
                   arn:STRING,
                   accountid:STRING,
                   invokedby:STRING,
                   accesskeyid:STRING,
                   userName:STRING,
      sessioncontext:STRUCT<
        attributes:STRUCT<
                   mfaauthenticated:STRING,
                   creationdate:STRING>,
        sessionissuer:STRUCT<
                   type:STRING,
                   principalId:STRING,
                   arn:STRING,
                   accountId:STRING,
                   userName:STRING>>>,
    eventtime STRING,
    eventsource STRING,
    eventname STRING,
    awsregion STRING,
    sourceipaddress STRING,
    useragent STRING,
    errorcode STRING,
    errormessage STRING,
    requestparameters STRING,
    responseelements STRING,
    additionaleventdata STRING,
    requestid STRING,
    eventid STRING,
    resources ARRAY<STRUCT<
                   ARN:STRING,
                   accountId:STRING,
                   type:STRING>>,
    eventtype STRING,
    apiversion STRING,
    readonly STRING,
    recipientaccountid STRING,
    serviceeventdetails STRING,
    sharedeventid STRING,
    vpcendpointid STRING
)
ROW FORMAT SERDE 'com.amazon.emr.hive.serde.CloudTrailSerde'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 'examples/archive/AWSLogs/111122223333/CloudTrail/';

-- Does the oldest form find the same events?
SELECT count(*) AS events, min(eventtime) AS first_event, max(eventtime) AS last_event FROM cloudtrail_emr;

-- How is the table of the current guide declared, partitioned by hand in four keys?
CREATE EXTERNAL TABLE security.cloudtrail_logs (
    eventVersion STRING,
    userIdentity STRUCT<
        type: STRING,
        principalId: STRING,
        arn: STRING,
        accountId: STRING,
        invokedBy: STRING,
        accessKeyId: STRING,
        userName: STRING,
        onBehalfOf: STRUCT<userId: STRING, identityStoreArn: STRING>,
        sessionContext: STRUCT<
            attributes: STRUCT<mfaAuthenticated: STRING, creationDate: STRING>,
            sessionIssuer: STRUCT<type: STRING, principalId: STRING, arn: STRING, accountId: STRING, userName: STRING>,
            ec2RoleDelivery: STRING,
            webIdFederationData: MAP<STRING, STRING>>>,
    eventTime STRING,
    eventSource STRING,
    eventName STRING,
    awsRegion STRING,
    sourceIpAddress STRING,
    userAgent STRING,
    errorCode STRING,
    errorMessage STRING,
    requestParameters STRING,
    responseElements STRING,
    additionalEventData STRING,
    requestId STRING,
    eventId STRING,
    readOnly STRING,
    resources ARRAY<STRUCT<arn: STRING, accountId: STRING, type: STRING>>,
    eventType STRING,
    apiVersion STRING,
    recipientAccountId STRING,
    serviceEventDetails STRING,
    sharedEventID STRING,
    vpcEndpointId STRING,
    tlsDetails STRUCT<tlsVersion: STRING, cipherSuite: STRING, clientProvidedHostHeader: STRING>
)
COMMENT 'CloudTrail table for the production account'
PARTITIONED BY (region string, year string, month string, day string)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 'examples/archive/AWSLogs/111122223333/CloudTrail/'
TBLPROPERTIES ('classification'='cloudtrail');

-- Which days shall the table know?
ALTER TABLE security.cloudtrail_logs ADD IF NOT EXISTS
    PARTITION (region='us-east-1', year='2026', month='05', day='11')
    LOCATION 'examples/archive/AWSLogs/111122223333/CloudTrail/us-east-1/2026/05/11/'
    PARTITION (region='us-east-1', year='2026', month='05', day='12')
    LOCATION 'examples/archive/AWSLogs/111122223333/CloudTrail/us-east-1/2026/05/12/'
    PARTITION (region='us-east-1', year='2026', month='05', day='13')
    LOCATION 'examples/archive/AWSLogs/111122223333/CloudTrail/us-east-1/2026/05/13/';

-- And one more, alone?
ALTER TABLE security.cloudtrail_logs ADD PARTITION (region='eu-west-1', year='2026', month='05', day='12') LOCATION 'examples/archive/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/12/';

-- Which partitions does it have?
SHOW PARTITIONS security.cloudtrail_logs;

-- And as a table?
SELECT region, year, month, day FROM "security"."cloudtrail_logs$partitions" ORDER BY 1, 2, 3, 4;

-- What was delivered on the day of the attack?
SELECT region, count(*) AS n FROM security.cloudtrail_logs WHERE year = '2026' AND month = '05' AND day = '12' GROUP BY region ORDER BY region;

-- What columns does it have?
DESCRIBE security.cloudtrail_logs;

-- And in more words?
DESCRIBE EXTENDED security.cloudtrail_logs;

-- And in the layout of Hive?
DESCRIBE FORMATTED security.cloudtrail_logs;

-- And one column after the other?
SHOW COLUMNS IN security.cloudtrail_logs;

-- How was it declared?
SHOW CREATE TABLE security.cloudtrail_logs;

-- With which properties?
SHOW TBLPROPERTIES security.cloudtrail_logs;

-- How do people declare it who copied the general JSON example?
CREATE EXTERNAL TABLE `forensics`.`cloudtrail-openx` (
  `eventVersion` string,
  `userIdentity` struct<`type`:string,principalId:string,arn:string,accountId:string,accessKeyId:string,userName:string,sessionContext:struct<attributes:struct<mfaAuthenticated:string,creationDate:string>,sessionIssuer:struct<type:string,principalId:string,arn:string,accountId:string,userName:string>>>,
  `eventTime` string COMMENT 'UTC',
  `eventSource` string,
  `eventName` string,
  `awsRegion` string,
  `sourceIPAddress` string,
  `userAgent` string,
  `errorCode` string,
  `requestParameters` string,
  `responseElements` string,
  `readOnly` boolean,
  `managementEvent` boolean,
  `resources` array<struct<ARN:string,accountId:string,type:string>>
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true', 'case.insensitive' = 'true')
STORED AS TEXTFILE
LOCATION 'examples/archive/AWSLogs/111122223333/CloudTrail/'
TBLPROPERTIES ('has_encrypted_data'='false', 'skip.header.line.count'='0');

-- Does its boolean work as one?
SELECT count(*) AS writes FROM "forensics"."cloudtrail-openx" WHERE readonly = false AND managementevent;

-- And how without any clause about storage?
CREATE EXTERNAL TABLE IF NOT EXISTS cloudtrail_bare (
  eventversion string, eventtime string, eventsource string, eventname string, awsregion string,
  sourceipaddress string, useridentity struct<type:string,arn:string>, requestparameters string, eventid string
)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
LOCATION 'examples/archive';

-- Does it hold both accounts?
SELECT count(*) AS events, count(DISTINCT eventid) AS ids FROM cloudtrail_bare;

-- And the third form, also without one?
CREATE EXTERNAL TABLE cloudtrail_bare2 (eventtime timestamp, eventname varchar(128), readonly boolean, requestparameters map<string,string>)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 'examples/archive/';

-- Is the declared moment one?
SELECT max(eventtime) > timestamp '2026-05-13 00:00:00' AS late, count(*) AS n FROM cloudtrail_bare2 WHERE eventtime >= timestamp '2026-05-12 00:00:00';

-- How is a table declared with region, year and month only?
CREATE EXTERNAL TABLE ct_month (eventtime string, eventname string, eventid string)
PARTITIONED BY (region string, year string, month string)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 'examples/archive/AWSLogs/111122223333/CloudTrail/';

-- What does each month hold?
SELECT region, year, month, count(*) AS n FROM ct_month GROUP BY region, year, month ORDER BY region;

-- How is it for an organization, with the account in front?
CREATE EXTERNAL TABLE ct_org (eventtime string, eventname string, recipientaccountid string)
PARTITIONED BY (account string, region string, year string, month string, day string)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 'examples/archive';

-- What does each account hold?
SELECT account, region, count(*) AS n FROM ct_org WHERE year = '2026' AND month = '05' AND day IN ('11', '12', '13') GROUP BY 1, 2 ORDER BY 1, 2;

-- How is it with projection by day of delivery?
CREATE EXTERNAL TABLE cloudtrail_logs_pp(
    eventversion string, useridentity struct<type:string,arn:string,username:string>, eventtime string, eventsource string,
    eventname string, awsregion string, sourceipaddress string, errorcode string, requestparameters string, eventid string)
PARTITIONED BY (`timestamp` string)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 'examples/archive/AWSLogs/111122223333/CloudTrail/us-east-1'
TBLPROPERTIES (
    'projection.enabled'='true',
    'projection.timestamp.format'='yyyy/MM/dd',
    'projection.timestamp.interval'='1',
    'projection.timestamp.interval.unit'='DAYS',
    'projection.timestamp.range'='2026/01/01,NOW',
    'projection.timestamp.type'='date',
    'storage.location.template'='examples/archive/AWSLogs/111122223333/CloudTrail/us-east-1/${timestamp}');

-- What was delivered in Virginia on the three days?
SELECT "timestamp", count(*) AS n FROM cloudtrail_logs_pp WHERE "timestamp" BETWEEN '2026/05/11' AND '2026/05/13' GROUP BY "timestamp" ORDER BY 1;

-- How is it with accounts and regions listed?
CREATE EXTERNAL TABLE ct_enum (eventtime string, eventname string, recipientaccountid string)
PARTITIONED BY (`account` string, `region` string, `timestamp` string)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 'examples/archive'
TBLPROPERTIES (
    'projection.enabled'='true',
    'projection.account.type'='enum',
    'projection.account.values'='111122223333,444455556666',
    'projection.region.type'='enum',
    'projection.region.values'='us-east-1',
    'projection.timestamp.type'='date',
    'projection.timestamp.format'='yyyy/MM/dd',
    'projection.timestamp.range'='NOW-3YEARS,NOW',
    'storage.location.template'='examples/archive/AWSLogs/${account}/CloudTrail/${region}/${timestamp}');

-- Does it see only the region that it lists?
SELECT account, region, count(*) AS n FROM ct_enum GROUP BY account, region ORDER BY account;

-- How is it with a region and a date?
CREATE EXTERNAL TABLE ct_region_date (eventtime string, eventname string)
PARTITIONED BY (region string, `date` string)
ROW FORMAT SERDE 'com.amazon.emr.hive.serde.CloudTrailSerde'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 'examples/archive/AWSLogs/111122223333/CloudTrail/'
TBLPROPERTIES (
    'projection.enabled'='true', 'projection.region.type'='enum', 'projection.region.values'='us-east-1,eu-west-1',
    'projection.date.type'='date', 'projection.date.format'='yyyy/MM/dd', 'projection.date.range'='2026/05/01,2026/05/31',
    'storage.location.template'='examples/archive/AWSLogs/111122223333/CloudTrail/${region}/${date}/');

-- What lies on each date, in the format that the table declares?
SELECT region, "date", count(*) AS n FROM ct_region_date WHERE "date" >= '2026/05/12' GROUP BY region, "date" ORDER BY 1, 2;

-- How is it with an account as well?
CREATE EXTERNAL TABLE ct_account_date (eventtime string, eventname string)
PARTITIONED BY (account string, region string, `date` string)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 'examples/archive'
TBLPROPERTIES (
    'projection.enabled'='true', 'projection.account.type'='enum', 'projection.account.values'='444455556666',
    'projection.region.type'='enum', 'projection.region.values'='us-east-1,eu-west-1',
    'projection.date.type'='date', 'projection.date.format'='yyyy/MM/dd', 'projection.date.range'='2026/05/01,NOW',
    'projection.date.interval'='1', 'projection.date.interval.unit'='DAYS',
    'storage.location.template'='examples/archive/AWSLogs/${account}/CloudTrail/${region}/${date}');

-- What does the data account hold, day by day?
SELECT account, "date", count(*) AS n FROM ct_account_date GROUP BY 1, 2 ORDER BY 1, 2;

-- How is it with keys that say what they are?
CREATE EXTERNAL TABLE ct_named (eventtime string, eventname string)
PARTITIONED BY (date_partition string, region_partition string, account_partition string)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 'examples/archive'
TBLPROPERTIES (
    'projection.enabled'='true',
    'projection.date_partition.type'='date', 'projection.date_partition.range'='2026/01/01,NOW', 'projection.date_partition.format'='yyyy/MM/dd',
    'projection.region_partition.type'='enum', 'projection.region_partition.values'='us-east-1,eu-west-1',
    'projection.account_partition.type'='enum', 'projection.account_partition.values'='111122223333,444455556666',
    'storage.location.template'='examples/archive/AWSLogs/${account_partition}/CloudTrail/${region_partition}/${date_partition}');

-- What was delivered on the 13th?
SELECT account_partition, region_partition, count(*) AS n FROM ct_named WHERE date_partition = '2026/05/13' GROUP BY 1, 2 ORDER BY 1, 2;

-- How is it when the account must be named in the query?
CREATE EXTERNAL TABLE ct_injected (eventtime string, eventname string)
PARTITIONED BY (p_account string, p_region string, p_date string)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 'examples/archive'
TBLPROPERTIES (
    'projection.enabled'='true', 'projection.p_account.type'='injected',
    'projection.p_region.type'='enum', 'projection.p_region.values'='us-east-1,eu-west-1',
    'projection.p_date.type'='date', 'projection.p_date.format'='yyyy/MM/dd', 'projection.p_date.range'='2026/05/01,NOW',
    'storage.location.template'='examples/archive/AWSLogs/${p_account}/CloudTrail/${p_region}/${p_date}');

-- What is in the account that the query names?
SELECT p_account, p_region, count(*) AS n FROM ct_injected WHERE p_account = '444455556666' AND p_date >= '2026/05/11' GROUP BY 1, 2 ORDER BY 2;

-- How is it with numbers for year, month and day?
CREATE EXTERNAL TABLE ct_integer (eventtime string, eventname string)
PARTITIONED BY (year int, month int, day int)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
LOCATION 'examples/archive/AWSLogs/111122223333/CloudTrail/us-east-1/'
TBLPROPERTIES (
    'projection.enabled'='true', 'projection.year.type'='integer', 'projection.year.range'='2024,2027',
    'projection.month.type'='integer', 'projection.month.range'='1,12', 'projection.month.digits'='2',
    'projection.day.type'='integer', 'projection.day.range'='1,31', 'projection.day.digits'='2',
    'storage.location.template'='examples/archive/AWSLogs/111122223333/CloudTrail/us-east-1/${year}/${month}/${day}');

-- Are the numbers numbers?
SELECT year, month, day, count(*) AS n FROM ct_integer WHERE year = 2026 AND month = 5 AND day > 11 GROUP BY year, month, day ORDER BY day;

-- How is it with a single key dt, the comment after the keys?
CREATE EXTERNAL TABLE IF NOT EXISTS ct_dt (eventtime string COMMENT 'when', eventname string COMMENT 'what, and nothing else')
PARTITIONED BY (dt string COMMENT 'day of delivery')
COMMENT 'by day'
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 'examples/archive/AWSLogs/111122223333/CloudTrail/eu-west-1/'
TBLPROPERTIES (
    'projection.enabled'='true', 'projection.dt.type'='date', 'projection.dt.format'='yyyy/MM/dd', 'projection.dt.range'='2026/05/12,2026/05/13',
    'storage.location.template'='examples/archive/AWSLogs/111122223333/CloudTrail/eu-west-1/${dt}');

-- Does the range leave out the 11th?
SELECT dt, count(*) AS n FROM ct_dt GROUP BY dt ORDER BY dt;

-- Can the table be declared with columns that the record may one day have?
CREATE EXTERNAL TABLE ct_extra (eventtime string, eventname string, managementevent string, insightdetails string, eventcategory string, made_up string)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 'examples/archive';

-- And are they empty where they are not there?
SELECT count(*) AS n, count(managementevent) AS m, count(made_up) AS nothing FROM ct_extra;

-- What columns does the star give on a table that declares few?
SELECT * FROM ct_extra WHERE eventname = 'DeleteDetector';

-- Which days were forgotten, as Hive would find them?
MSCK REPAIR TABLE security.cloudtrail_logs;

-- Can a day be taken out again?
ALTER TABLE security.cloudtrail_logs DROP IF EXISTS PARTITION (region='us-east-1', year='2026', month='05', day='11');

-- Can the properties be changed?
ALTER TABLE ct_dt SET TBLPROPERTIES ('projection.dt.range'='2026/05/11,2026/05/13');

-- And does the wider range bring the 11th back?
SELECT dt, count(*) AS n FROM ct_dt GROUP BY dt ORDER BY dt;

-- Can a table be pointed at another place?
ALTER TABLE cloudtrail_emr SET LOCATION 'examples/archive';

-- And does it then hold both accounts?
SELECT count(*) AS events FROM cloudtrail_emr;

-- Can a column be added later?
ALTER TABLE ct_extra ADD COLUMNS (sharedeventid string);

-- Which tables are there now?
SHOW TABLES;

-- And which in one database, by pattern?
SHOW TABLES IN security 'cloud.*';

-- Which view shows sign-ins only?
CREATE OR REPLACE VIEW console_logins AS
SELECT eventtime, useridentity.username AS who, sourceipaddress, json_extract_scalar(responseelements, '$.ConsoleLogin') AS result
FROM cloudtrail_logs WHERE eventname = 'ConsoleLogin';

-- How many of them went well?
SELECT result, count(*) AS n FROM console_logins GROUP BY result ORDER BY n DESC;

-- And which one needs the first?
CREATE VIEW failed_logins AS SELECT * FROM console_logins WHERE result = 'Failure';

-- Whom were they for?
SELECT who, count(*) AS n FROM failed_logins GROUP BY who ORDER BY n DESC, who;

-- What is the text of the view?
SHOW CREATE VIEW console_logins;

-- Which views are there?
SHOW VIEWS;

-- Can a question be prepared with a blank for the user?
PREPARE by_user FROM SELECT eventname, count(*) AS n FROM cloudtrail_logs WHERE useridentity.username = ? AND eventtime > ? GROUP BY eventname ORDER BY n DESC, eventname LIMIT 3;

-- And asked for one user?
EXECUTE by_user USING 'mateo', '2026-05-12';

-- And for another?
EXECUTE by_user USING 'svc-telemetry', '2026-05-12';

-- And forgotten?
DEALLOCATE PREPARE by_user;

-- Can a question without blanks be prepared too?
PREPARE roots FROM SELECT count(*) AS n FROM cloudtrail_logs WHERE useridentity.type = 'Root';

-- And asked?
EXECUTE roots;

-- What would a question cost to answer?
EXPLAIN SELECT eventname, count(*) FROM cloudtrail_logs WHERE region = 'us-east-1' GROUP BY eventname;

-- And in the form for machines?
EXPLAIN (FORMAT JSON) SELECT count(*) FROM cloudtrail_logs;

-- And as far as pieces of work go?
EXPLAIN (TYPE DISTRIBUTED) SELECT count(*) FROM cloudtrail_logs;

-- Is the statement valid at all?
EXPLAIN (TYPE VALIDATE) SELECT count(*) FROM cloudtrail_logs WHERE eventname = 'X';

-- What did it cost in fact?
EXPLAIN ANALYZE SELECT count(*) FROM cloudtrail_logs WHERE eventname = 'CreateUser';

-- Which database shall names without one mean?
USE security;

-- And back?
USE default;

-- What does a table look like that declares few columns?
DESCRIBE ct_extra;

-- Can the tables be dropped, whether they are there or not?
DROP TABLE IF EXISTS ct_extra;

-- And with back-ticks?
DROP TABLE IF EXISTS `forensics`.`cloudtrail-openx`;

-- And one that never was?
DROP TABLE IF EXISTS never_was;

-- And the views?
DROP VIEW IF EXISTS failed_logins;

-- And the first of them?
DROP VIEW console_logins;

-- And the database, with what is left in it?
DROP DATABASE IF EXISTS security CASCADE;

-- And the other one?
DROP SCHEMA IF EXISTS forensics;
