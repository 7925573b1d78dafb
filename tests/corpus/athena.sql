# Which calls were made most often during the three days?
SELECT eventname, count(*) AS total
FROM cloudtrail_logs
GROUP BY eventname
ORDER BY total DESC, eventname
LIMIT 20;

-- Who called the API, by ARN?
SELECT useridentity.arn, count(*)
FROM cloudtrail_logs
WHERE useridentity.arn IS NOT NULL
GROUP BY useridentity.arn
ORDER BY arn;

-- Which roles' sessions were active, and who issued them?
SELECT useridentity.sessioncontext.sessionissuer.arn,
       useridentity.sessioncontext.sessionissuer.username,
       useridentity.sessioncontext.attributes.creationdate
FROM "default"."cloudtrail_logs_my-bucket"
WHERE useridentity.type = 'AssumedRole'
  AND useridentity.sessioncontext.sessionissuer.arn LIKE '%/data-admin'
ORDER BY creationdate, arn
LIMIT 10;

-- What did the whole record look like when the trail was stopped?
SELECT * FROM awsdatacatalog.security.cloudtrail_logs
WHERE eventname = 'StopLogging'
ORDER BY eventtime;

-- How many failed console sign-ins were there per address and user?
SELECT sourceipaddress, useridentity.username, count(*) AS failures,
       min(eventtime) AS first_seen, max(eventtime) AS last_seen
FROM cloudtrail_logs
WHERE eventname = 'ConsoleLogin'
  AND errormessage = 'Failed authentication'
GROUP BY 1, 2
HAVING count(*) >= 2
ORDER BY failures DESC, 1, 2;

-- Who signed in to the console without a second factor?
SELECT eventtime, useridentity.arn AS "signed in as", sourceipaddress AS "from address",
       json_extract_scalar(additionaleventdata, '$.MFAUsed') AS "MFA used"
FROM cloudtrail_logs
WHERE eventsource = 'signin.amazonaws.com'
  AND json_extract_scalar(responseelements, '$.ConsoleLogin') = 'Success'
  AND json_extract_scalar(additionaleventdata, '$.MFAUsed') = 'No'
ORDER BY eventtime;

-- Was root used at all?
SELECT eventtime, eventname, awsregion, sourceipaddress, useragent, errorcode
FROM "security"."cloudtrail_logs"
WHERE useridentity.type = 'Root'
  AND useridentity.invokedby IS NULL
  AND eventtype <> 'AwsServiceEvent'
ORDER BY eventtime DESC;

-- What happened in Ireland on the night of 12 May, going by the day of delivery?
SELECT eventtime, eventname, useridentity.arn
FROM cloudtrail_logs
WHERE region = 'eu-west-1' AND year = '2026' AND month = '05' AND day = '12'
ORDER BY eventtime, eventname;

-- Which launches fell on the days that the ticket names, with years written as numbers?
SELECT eventtime, awsregion, json_extract_scalar(requestparameters, '$.instanceType') AS instancetype, errorcode
FROM cloudtrail_logs
WHERE year = 2026 AND month BETWEEN '04' AND '05' AND eventname = 'RunInstances'
ORDER BY eventtime;

-- What was delivered on 13 May, on a table partitioned by timestamp?
SELECT eventname, count(*) AS n
FROM cloudtrail_logs
WHERE "timestamp" = '2026/05/13' AND region IN ('us-east-1', 'eu-west-1')
GROUP BY eventname ORDER BY n DESC, eventname LIMIT 15;

-- Which user changes were delivered in a range of dates?
SELECT eventtime, eventname, json_extract_scalar(requestparameters, '$.userName') AS target
FROM cloudtrail_logs
WHERE timestamp >= '2026/05/11' AND timestamp <= '2026/05/12'
  AND eventsource = 'iam.amazonaws.com' AND readonly = 'false'
ORDER BY eventtime;

-- What did the customers' data account deliver on 13 May?
SELECT account, region, "date", count(*) AS events
FROM cloudtrail_logs
WHERE account = '444455556666' AND "date" >= '2026-05-12'
GROUP BY account, region, "date"
ORDER BY 1, 2, 3;

-- Which calls were refused, and to whom?
SELECT useridentity.arn, eventsource, eventname, errorcode, count(*) AS refusals
FROM cloudtrail_logs
WHERE errorcode IN ('AccessDenied', 'AccessDeniedException', 'Client.UnauthorizedOperation')
GROUP BY useridentity.arn, eventsource, eventname, errorcode
ORDER BY refusals DESC, arn, eventname
LIMIT 25;

-- Which errors were there, with calls that went well at the end?
SELECT errorcode, count(*) FROM cloudtrail_logs GROUP BY errorcode ORDER BY errorcode DESC;

-- And the other way round: calls that went well still come last?
SELECT DISTINCT errorcode FROM cloudtrail_logs ORDER BY errorcode ASC;

-- Which errors sort first when the empty ones are wanted first?
SELECT errorcode, count(*) AS n FROM cloudtrail_logs GROUP BY errorcode ORDER BY errorcode NULLS FIRST LIMIT 5;

-- Which roles did mateo assume or try to assume?
SELECT eventtime, requestParameters.roleArn, requestParameters.roleSessionName, errorCode
FROM cloudtrail_logs
WHERE eventName = 'AssumeRole' AND requestParameters.roleArn LIKE '%data-%'
ORDER BY eventTime;

-- Which ports were opened to the world?
SELECT eventtime, requestparameters.groupId,
       requestparameters.ipPermissions.items[0].fromPort,
       requestparameters.ipPermissions.items[0].ipRanges.items[0].cidrIp
FROM cloudtrail_logs
WHERE eventname = 'AuthorizeSecurityGroupIngress'
ORDER BY eventtime;

-- Which records speak of the whole internet anywhere in their parameters?
SELECT eventtime, eventname, requestparameters
FROM cloudtrail_logs
WHERE requestparameters LIKE '%0.0.0.0/0%' OR requestparameters LIKE '%::/0%'
ORDER BY eventtime;

-- Were any attached policies those that give everything?
SELECT eventtime, useridentity.username AS actor,
       json_extract_scalar(requestparameters, '$.userName') AS target,
       json_extract_scalar(requestparameters, '$.policyArn') AS policy
FROM cloudtrail_logs
WHERE eventname IN ('AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy')
  AND requestparameters LIKE '%AdministratorAccess%'
ORDER BY eventtime;

-- Which access keys were made, and what are their ids?
SELECT eventtime, json_extract_scalar(responseelements, '$.accessKey.accessKeyId') AS keyid,
       json_extract_scalar(responseelements, '$["accessKey"]["userName"]') AS owner
FROM cloudtrail_logs WHERE eventname = 'CreateAccessKey' ORDER BY 1;

-- What was done with one key?
SELECT eventtime, eventname, awsregion, sourceipaddress, errorcode
FROM cloudtrail_logs
WHERE useridentity.accesskeyid = 'AKIAI44QH8DHBEXAMPLE'
ORDER BY eventtime
LIMIT 15;

/* How many calls did each service get in each hour of the night? */
SELECT substr(eventtime, 1, 13) AS hour_utc, eventsource, count(*) AS calls
FROM cloudtrail_logs
WHERE eventtime LIKE '2026-05-12T0%'
GROUP BY substr(eventtime, 1, 13), eventsource
ORDER BY hour_utc, eventsource;

-- Which sign-ins lie between two moments written with a blank?
SELECT eventtime, sourceipaddress, errormessage
FROM cloudtrail_logs
WHERE eventname = 'ConsoleLogin'
  AND eventtime >= '2026-05-11 22:30:00' AND eventtime < '2026-05-11 23:30:00'
ORDER BY eventtime;

-- And between two moments written the ISO way?
SELECT count(*) AS logins
FROM cloudtrail_logs
WHERE eventname = 'ConsoleLogin'
  AND eventtime BETWEEN '2026-05-11T22:30:00Z' AND '2026-05-11T23:30:00Z';

-- What happened on one day, with dates alone?
SELECT count(*) FROM cloudtrail_logs WHERE eventtime >= '2026-05-12' AND eventtime < '2026-05-13';

-- What happened within the last ten years?
SELECT count(*) AS events
FROM cloudtrail_logs
WHERE from_iso8601_timestamp(eventtime) > current_timestamp - interval '10' year;

-- What happened within 90 minutes of the first sign of trouble?
SELECT eventtime, eventname, errorcode
FROM cloudtrail_logs
WHERE from_iso8601_timestamp(eventtime)
      BETWEEN from_iso8601_timestamp('2026-05-12T00:12:00Z')
          AND date_add('minute', 90, from_iso8601_timestamp('2026-05-12T00:12:00Z'))
  AND sourceipaddress LIKE '198.51.100.%'
ORDER BY eventtime, eventname
LIMIT 12;

-- How many events were there on each date?
SELECT date(from_iso8601_timestamp(eventtime)) AS event_date, count(*) AS events
FROM cloudtrail_logs
GROUP BY date(from_iso8601_timestamp(eventtime))
ORDER BY event_date;

-- And with the date cut out of the text?
SELECT cast(substr(eventtime, 1, 10) AS date) AS d, count(DISTINCT eventname) AS names
FROM cloudtrail_logs GROUP BY 1 ORDER BY 1;

-- On which days of the week and at which hours do people work?
SELECT day_of_week(from_iso8601_timestamp(eventtime)) AS dow,
       hour(from_iso8601_timestamp(eventtime)) AS hour,
       count(*) AS n
FROM cloudtrail_logs
WHERE useridentity.type IN ('IAMUser', 'Root')
GROUP BY 1, 2
ORDER BY 1, 2;

-- What do the parts of the first and last moments say?
SELECT year(t) AS y, month(t) AS mo, day(t) AS d, hour(t) AS h, minute(t) AS mi, second(t) AS s,
       quarter(t) AS q, week(t) AS w, dow(t) AS dw, day_of_month(t) AS dm, day_of_year(t) AS dy, doy(t) AS dy2,
       year_of_week(t) AS yw, yow(t) AS yw2, last_day_of_month(t) AS ldm
FROM (SELECT min(from_iso8601_timestamp(eventtime)) AS t FROM cloudtrail_logs
      UNION ALL
      SELECT max(from_iso8601_timestamp(eventtime)) FROM cloudtrail_logs)
ORDER BY t;

-- Is Monday day 1, as the report assumes?
SELECT extract(dow FROM from_iso8601_timestamp(eventtime)) AS dow,
       extract(day_of_week FROM from_iso8601_timestamp(eventtime)) AS dow2,
       extract(doy FROM from_iso8601_timestamp(eventtime)) AS doy,
       extract(hour FROM from_iso8601_timestamp(eventtime)) AS hr,
       extract(week FROM from_iso8601_timestamp(eventtime)) AS wk,
       extract(year_of_week FROM from_iso8601_timestamp(eventtime)) AS yow
FROM cloudtrail_logs WHERE eventname = 'CreateUser';

-- How do moments read in the formats our reports use?
SELECT date_format(from_iso8601_timestamp(eventtime), '%Y-%m-%d %H:%i:%s') AS mysql_style,
       date_format(from_iso8601_timestamp(eventtime), '%W, %d %M %Y %h:%i %p') AS long_style,
       date_format(from_iso8601_timestamp(eventtime), '%a %b %e %k %l %j %T %r') AS odd_letters,
       format_datetime(from_iso8601_timestamp(eventtime), 'yyyy-MM-dd''T''HH:mm:ss''Z''') AS joda_style,
       format_datetime(from_iso8601_timestamp(eventtime), 'EEE d MMM YYYY, HH:mm') AS joda_long
FROM cloudtrail_logs WHERE eventname = 'CreateUser';

-- Which events fall in each quarter of an hour of the attack?
SELECT date_trunc('hour', from_iso8601_timestamp(eventtime)) AS hour, count(*) AS n
FROM cloudtrail_logs
WHERE useridentity.username = 'svc-telemetry'
GROUP BY 1 ORDER BY 1;

-- How long after the first sign-in did each step come?
SELECT eventname,
       date_diff('second', timestamp '2026-05-12 00:12:00', date_parse(eventtime, '%Y-%m-%dT%H:%i:%sZ')) AS seconds_after,
       date_diff('minute', timestamp '2026-05-12 00:12:00', date_parse(eventtime, '%Y-%m-%dT%H:%i:%sZ')) AS minutes_after,
       date_diff('hour', timestamp '2026-05-12 00:12:00', date_parse(eventtime, '%Y-%m-%dT%H:%i:%sZ')) AS hours_after
FROM cloudtrail_logs
WHERE eventname IN ('CreateUser', 'CreateAccessKey', 'StopLogging')
ORDER BY seconds_after;

-- How old was each session when it was used?
SELECT eventname,
       date_diff('minute',
                 parse_datetime(useridentity.sessioncontext.attributes.creationdate, 'yyyy-MM-dd''T''HH:mm:ss''Z'''),
                 parse_datetime(eventtime, 'yyyy-MM-dd''T''HH:mm:ss''Z''')) AS session_minutes
FROM cloudtrail_logs
WHERE useridentity.sessioncontext.attributes.creationdate IS NOT NULL
ORDER BY session_minutes DESC, eventname
LIMIT 8;

-- Which sessions had a second factor, when the flag is text?
SELECT useridentity.sessioncontext.attributes.mfaauthenticated AS mfa, count(*) AS n
FROM cloudtrail_logs
WHERE useridentity.sessioncontext.attributes.mfaauthenticated IN ('true', 'false')
GROUP BY useridentity.sessioncontext.attributes.mfaauthenticated
ORDER BY 1;

-- Which writes were there, on a table that declares readonly as a boolean?
SELECT eventname, count(*) AS n
FROM cloudtrail_logs
WHERE readonly = false AND managementevent = true
GROUP BY eventname ORDER BY 2 DESC, 1 LIMIT 10;

-- And with the boolean bare?
SELECT count(*) AS writes, count_if(errorcode IS NOT NULL) AS failed
FROM cloudtrail_logs WHERE NOT readonly;

-- How do reads and writes compare?
SELECT readonly, count(*) AS n, sum(if(errorcode IS NULL, 1, 0)) AS fine, sum(if(errorcode IS NOT NULL, 1)) AS failed
FROM cloudtrail_logs GROUP BY readonly ORDER BY readonly;

-- What time is it in the formats that the pipeline wants?
SELECT to_unixtime(from_iso8601_timestamp(eventtime)) AS epoch,
       from_unixtime(to_unixtime(from_iso8601_timestamp(eventtime))) AS back,
       to_iso8601(from_iso8601_timestamp(eventtime)) AS iso,
       from_iso8601_date(substr(eventtime, 1, 10)) AS d
FROM cloudtrail_logs WHERE eventname = 'CreateUser';

-- What was the local time in Dublin and New York?
SELECT from_iso8601_timestamp(eventtime) AT TIME ZONE 'Europe/Dublin' AS dublin,
       at_timezone(from_iso8601_timestamp(eventtime), 'America/New_York') AS new_york,
       with_timezone(timestamp '2026-05-12 00:31:00', 'Europe/Dublin') AS wall_clock,
       timestamp '2026-05-12 00:31:00' AT TIME ZONE 'Asia/Tokyo' AS tokyo,
       current_timezone() AS zone
FROM cloudtrail_logs WHERE eventname = 'CreateUser';

-- Are the clocks sane?
SELECT now() > timestamp '2020-01-01 00:00:00 UTC' AS a, current_date > date '2020-01-01' AS b,
       localtimestamp > timestamp '2020-01-01 00:00:00' AS c, current_time IS NOT NULL AS d,
       date '2026-05-11' + interval '1' month - interval '1' day AS e,
       date_add('week', 1, date '2026-05-11') AS f, timestamp '2026-05-11 00:00:00' + interval '36' hour AS g,
       date_add('month', 1, date '2026-01-31') AS h, interval '1' day * 2 AS i;

-- How do moments read when cast to text?
SELECT cast(timestamp '2026-05-12 00:31:00' AS varchar) AS t, cast(date '2026-05-12' AS varchar) AS d,
       cast(1.5 AS integer) AS i, cast(true AS varchar) AS b, cast('42' AS bigint) AS n, cast(1.0E0 AS varchar) AS x;

-- Which agents were used, grouped by the word before the slash?
SELECT split_part(useragent, '/', 1) AS tool, split_part(useragent, '/', 99) AS nothing, count(*) AS n
FROM cloudtrail_logs WHERE useragent <> ''
GROUP BY split_part(useragent, '/', 1), split_part(useragent, '/', 99) ORDER BY n DESC, tool;

-- Which agents come from the machine with the attacker's tools on it?
SELECT regexp_extract(useragent, 'aws-cli/([0-9.]+)', 1) AS cli, regexp_extract(useragent, '\w+\.kali\.\d+') AS kernel,
       count(*) AS n
FROM cloudtrail_logs
WHERE regexp_like(useragent, '(?i)kali|parrot|pentoo')
GROUP BY 1, 2;

-- How do agents read without their version numbers?
SELECT DISTINCT regexp_replace(useragent, '[0-9]+(\.[0-9]+)*', 'N') AS agent,
       regexp_replace(useragent, '/[^ ]+') AS bare
FROM cloudtrail_logs WHERE useragent LIKE 'aws-%' ORDER BY 1;

-- How many numbers, and where do they start, in each agent?
SELECT DISTINCT regexp_count(useragent, '[0-9]+') AS numbers, regexp_position(useragent, '[0-9]') AS first_at,
       regexp_extract_all(useragent, '([a-z]+)/', 1) AS products, cardinality(regexp_split(useragent, '\s+')) AS words
FROM cloudtrail_logs WHERE useragent LIKE 'aws-cli%' ORDER BY 1;

-- Which addresses are IPv4, and which are names of services?
SELECT CASE WHEN regexp_like(sourceipaddress, '^\d{1,3}(\.\d{1,3}){3}$') THEN 'address'
            WHEN sourceipaddress LIKE '%.amazonaws.com' THEN 'service'
            WHEN sourceipaddress IS NULL THEN 'none'
            ELSE 'other' END AS kind,
       count(*) AS n
FROM cloudtrail_logs GROUP BY 1 ORDER BY n DESC;

-- Which buckets does the underscore-escaped pattern find, and which the percent?
SELECT DISTINCT json_extract_scalar(requestparameters, '$.bucketName') AS bucket
FROM cloudtrail_logs
WHERE json_extract_scalar(requestparameters, '$.bucketName') LIKE 'example-%'
  AND json_extract_scalar(requestparameters, '$.bucketName') NOT LIKE '%#_%' ESCAPE '#'
ORDER BY bucket;

-- Does any parameter hold a backslash, which is an ordinary character in a pattern?
SELECT count(*) AS n FROM cloudtrail_logs WHERE requestparameters LIKE '%\%';

-- Which secrets were read, and by whom?
SELECT json_extract_scalar(requestparameters, '$.secretId') AS secret,
       array_agg(DISTINCT useridentity.username) AS readers, count(*) AS reads
FROM cloudtrail_logs WHERE eventname = 'GetSecretValue' GROUP BY 1 ORDER BY 1;

-- Which objects left the bucket, in order?
SELECT array_agg(json_extract_scalar(requestparameters, '$.key') ORDER BY eventtime) AS keys
FROM cloudtrail_logs
WHERE eventname = 'GetObject' AND useridentity.type IS NULL OR eventname = 'GetObject' AND useridentity.type = 'AWSAccount';

-- How much was downloaded from each bucket?
SELECT json_extract_scalar(requestparameters, '$.bucketName') AS bucket,
       sum(cast(json_extract_scalar(additionaleventdata, '$.bytesTransferredOut') AS bigint)) AS bytes_out,
       avg(cast(json_extract_scalar(additionaleventdata, '$.bytesTransferredOut') AS double)) AS average,
       count(*) AS objects
FROM cloudtrail_logs WHERE eventname = 'GetObject'
GROUP BY 1 ORDER BY bytes_out DESC NULLS LAST;

-- Is the size unreadable anywhere?
SELECT count(*) AS n, count(try_cast(json_extract_scalar(additionaleventdata, '$.bytesTransferredOut') AS integer)) AS readable,
       count(TRY(cast(sourceipaddress AS integer))) AS nonsense, TRY(1 / 0) AS nothing
FROM cloudtrail_logs WHERE eventsource = 's3.amazonaws.com';

-- What stood in the bucket policy that was put?
SELECT eventtime, json_extract(requestparameters, '$.bucketPolicy.Statement') AS statements,
       json_extract_scalar(requestparameters, '$.bucketPolicy.Statement[0].Effect') AS effect,
       json_format(json_extract(requestparameters, '$.bucketPolicy.Statement[0].Principal')) AS principal
FROM cloudtrail_logs WHERE eventname = 'PutBucketPolicy' ORDER BY 1;

-- Which instances were started, one row each?
SELECT eventtime, awsregion, json_extract_scalar(item, '$.instanceId') AS instance
FROM cloudtrail_logs
CROSS JOIN UNNEST(cast(json_extract(responseelements, '$.instancesSet.items') AS array(json))) AS t(item)
WHERE eventname = 'RunInstances'
ORDER BY eventtime, instance;

-- How many instances did each launch start?
SELECT eventtime, json_array_length(json_extract(responseelements, '$.instancesSet.items')) AS started,
       json_size(responseelements, '$.instancesSet.items') AS size,
       json_array_get(json_extract(responseelements, '$.instancesSet.items'), 0) AS first_item,
       json_query(responseelements, 'lax $.instancesSet.items[*].instanceId' WITH ARRAY WRAPPER) AS ids
FROM cloudtrail_logs WHERE eventname = 'RunInstances' ORDER BY eventtime;

-- Which parameters are there, whatever their names?
SELECT k AS parameter, count(*) AS n
FROM cloudtrail_logs
CROSS JOIN UNNEST(map_keys(cast(json_parse(requestparameters) AS map(varchar, json)))) AS t(k)
WHERE eventsource = 'iam.amazonaws.com' AND requestparameters IS NOT NULL
GROUP BY k ORDER BY n DESC, k;

-- Which names and values did the new user's creation carry?
SELECT eventname, k, v
FROM cloudtrail_logs
CROSS JOIN UNNEST(cast(json_extract(requestparameters, '$') AS map(varchar, json))) AS p(k, v)
WHERE eventname IN ('CreateUser', 'CreateLoginProfile', 'AttachUserPolicy')
ORDER BY eventname, k, json_format(v);

-- Which resources did each read of data touch?
SELECT r.arn, r.type, count(*) AS n
FROM cloudtrail_logs CROSS JOIN UNNEST(resources) AS t(r)
WHERE eventname = 'GetObject'
GROUP BY r.arn, r.type ORDER BY n DESC, 1 LIMIT 10;

-- And with the struct's fields as columns?
SELECT t.arn, t.accountid, t.type, count(*) AS n
FROM cloudtrail_logs CROSS JOIN UNNEST(resources) AS t(arn, accountid, type)
GROUP BY 1, 2, 3 ORDER BY n DESC, 1 LIMIT 10;

-- Which calls named no resource at all?
SELECT eventname, t.r.type AS restype, count(*) AS n
FROM cloudtrail_logs LEFT JOIN UNNEST(resources) AS t(r) ON TRUE
WHERE eventsource = 'kms.amazonaws.com'
GROUP BY 1, 2 ORDER BY n DESC, 1, 2;

-- At which place in the list does each resource stand?
SELECT eventname, pos, res.arn
FROM cloudtrail_logs, UNNEST(resources) WITH ORDINALITY AS t(res, pos)
WHERE eventsource = 's3.amazonaws.com' AND eventname = 'PutObject'
ORDER BY eventtime, eventid, pos LIMIT 6;

-- What is the first resource, without unnesting?
SELECT DISTINCT resources[1].type, element_at(resources, 1).accountid, element_at(resources, 9) AS ninth, element_at(resources, -1).arn AS last_arn
FROM cloudtrail_logs WHERE cardinality(resources) > 1 ORDER BY 4 LIMIT 5;

-- Which hours had no event at all, against a spine of hours?
SELECT h AS hour, count(c.eventid) AS events
FROM UNNEST(sequence(timestamp '2026-05-12 00:00:00', timestamp '2026-05-12 06:00:00', interval '1' hour)) AS s(h)
LEFT JOIN cloudtrail_logs c ON date_trunc('hour', date_parse(c.eventtime, '%Y-%m-%dT%H:%i:%sZ')) = s.h
GROUP BY h ORDER BY h;

-- Which days of the week do the numbers stand for?
SELECT n, name FROM UNNEST(ARRAY[1, 2, 3], ARRAY['Mon', 'Tue', 'Wed']) AS t(n, name) ORDER BY n;

-- Which of these indicators were seen?
WITH indicators (address, note) AS (
  VALUES ('198.51.100.77', 'sign-in'), ('198.51.100.140', 'keys'), ('192.0.2.200', 'scanner')
)
SELECT i.address, i.note, count(c.eventid) AS hits, min(c.eventtime) AS first_hit
FROM indicators i LEFT JOIN cloudtrail_logs c ON c.sourceipaddress = i.address
GROUP BY i.address, i.note ORDER BY hits DESC;

-- What do three bare values look like as rows?
SELECT * FROM (VALUES 1, 2, 3) AS t(n) ORDER BY n DESC;

-- Which lines does VALUES give on its own?
VALUES (1, 'first'), (2, 'second');

-- Which users were tried, as one line of text per address?
SELECT sourceipaddress,
       listagg(DISTINCT useridentity.username, ', ') WITHIN GROUP (ORDER BY useridentity.username) AS users
FROM cloudtrail_logs
WHERE eventname = 'ConsoleLogin' AND errormessage IS NOT NULL
GROUP BY sourceipaddress ORDER BY 1;

-- And with a bound on the length of the list?
SELECT listagg(eventname, '/' ON OVERFLOW TRUNCATE '...' WITH COUNT) WITHIN GROUP (ORDER BY eventtime, eventname) AS story
FROM cloudtrail_logs WHERE useridentity.username = 'svc-telemetry' AND readonly = 'false';

-- What was each user's latest call and earliest address?
SELECT useridentity.username, max_by(eventname, eventtime) AS last_call, min_by(sourceipaddress, eventtime) AS first_address,
       max_by(eventname, eventtime, 3) AS last_three
FROM cloudtrail_logs WHERE useridentity.type = 'IAMUser' AND useridentity.username IS NOT NULL
GROUP BY 1 ORDER BY 1;

-- How many calls of each name, as a map?
SELECT useridentity.username AS u, histogram(eventname) AS calls, cardinality(histogram(eventname)) AS names
FROM cloudtrail_logs WHERE useridentity.username IN ('zhang', 'nikki') GROUP BY 1 ORDER BY 1;

-- Which address belongs to which user, as maps?
SELECT map_agg(useridentity.username, sourceipaddress) AS one, multimap_agg(eventname, eventid) AS several
FROM cloudtrail_logs WHERE eventname = 'CreateUser';

-- About how many principals and what sizes?
SELECT approx_distinct(useridentity.principalid) AS principals, approx_distinct(sourceipaddress, 0.01) AS addresses,
       approx_percentile(length(requestparameters), 0.5) AS median,
       approx_percentile(length(requestparameters), ARRAY[0.25, 0.5, 0.99]) AS spread
FROM cloudtrail_logs;

-- What can be said of sizes with statistics?
SELECT stddev(length(requestparameters)) AS sd, stddev_pop(length(requestparameters)) AS sdp, variance(length(requestparameters)) AS v,
       corr(length(requestparameters), length(useragent)) AS c, geometric_mean(length(requestparameters)) AS g
FROM cloudtrail_logs;

-- Did every call of the new user succeed, or any?
SELECT useridentity.username, bool_and(errorcode IS NULL) AS all_fine, bool_or(errorcode IS NULL) AS any_fine,
       every(errorcode IS NULL) AS every_fine, arbitrary(awsregion) IS NOT NULL AS some_region, any_value(eventversion) AS version
FROM cloudtrail_logs WHERE useridentity.type = 'IAMUser' GROUP BY useridentity.username ORDER BY username;

-- How many calls failed, with a filter on the aggregate?
SELECT eventsource, count(*) AS n, count(*) FILTER (WHERE errorcode IS NOT NULL) AS failed,
       count_if(errorcode LIKE '%Denied%') AS denied, count(*) * 100.0 / 372 AS share
FROM cloudtrail_logs GROUP BY eventsource ORDER BY failed DESC, n DESC, eventsource LIMIT 8;

-- In which order did each user call, and what came before?
SELECT useridentity.username, eventtime, eventname,
       row_number() OVER (PARTITION BY useridentity.username ORDER BY eventtime, eventid) AS step,
       lag(eventname) OVER (PARTITION BY useridentity.username ORDER BY eventtime, eventid) AS previous,
       lead(eventname, 1, 'none') OVER (PARTITION BY useridentity.username ORDER BY eventtime, eventid) AS next
FROM cloudtrail_logs WHERE useridentity.username = 'zhang' ORDER BY step;

-- Which three calls are the most frequent in each region?
SELECT awsregion, eventname, n, rnk
FROM (SELECT awsregion, eventname, count(*) AS n,
             rank() OVER (PARTITION BY awsregion ORDER BY count(*) DESC) AS rnk,
             dense_rank() OVER (PARTITION BY awsregion ORDER BY count(*) DESC) AS drnk
      FROM cloudtrail_logs GROUP BY awsregion, eventname)
WHERE rnk <= 3 ORDER BY awsregion, rnk, eventname;

-- How does the number of calls grow over the night?
SELECT hr, n, sum(n) OVER (ORDER BY hr ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far,
       avg(n) OVER (ORDER BY hr ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS moving,
       first_value(n) OVER (ORDER BY hr) AS first_n, nth_value(n, 2) OVER (ORDER BY hr) AS second_n,
       ntile(2) OVER (ORDER BY hr) AS half, percent_rank() OVER (ORDER BY n) AS pr, cume_dist() OVER (ORDER BY n) AS cd
FROM (SELECT substr(eventtime, 12, 2) AS hr, count(*) AS n FROM cloudtrail_logs WHERE eventtime LIKE '2026-05-12T0%' GROUP BY 1)
ORDER BY hr;

-- Which calls did a user make within ten seconds of the one before?
WITH calls AS (
  SELECT useridentity.arn AS arn, eventname, from_iso8601_timestamp(eventtime) AS t,
         lag(from_iso8601_timestamp(eventtime)) OVER w AS before
  FROM cloudtrail_logs WHERE useridentity.arn IS NOT NULL
  WINDOW w AS (PARTITION BY useridentity.arn ORDER BY eventtime, eventid)
)
SELECT arn, count(*) AS quick FROM calls WHERE date_diff('second', before, t) < 10 GROUP BY arn ORDER BY quick DESC, arn LIMIT 5;

-- Which calls did the attacker make that nobody in the office ever makes?
SELECT eventname FROM cloudtrail_logs WHERE sourceipaddress LIKE '198.51.100.%'
EXCEPT
SELECT eventname FROM cloudtrail_logs WHERE sourceipaddress = '203.0.113.24'
ORDER BY eventname;

-- Which calls did both make?
SELECT eventname FROM cloudtrail_logs WHERE sourceipaddress LIKE '198.51.100.%'
INTERSECT
SELECT eventname FROM cloudtrail_logs WHERE sourceipaddress = '203.0.113.24'
ORDER BY 1;

-- What is the timeline of key events from several sources?
SELECT eventtime, 'identity' AS area, eventname FROM cloudtrail_logs WHERE eventname = 'CreateUser'
UNION ALL
SELECT eventtime, 'logging', eventname FROM cloudtrail_logs WHERE eventname = 'StopLogging'
UNION
SELECT eventtime, 'detection', eventname FROM cloudtrail_logs WHERE eventname = 'DeleteDetector'
ORDER BY eventtime;

-- Which sessions came out of an assumed role call, by the key that was handed out?
SELECT a.eventtime AS assumed, a.useridentity.arn AS by_whom, b.eventname, count(*) AS calls
FROM cloudtrail_logs a
JOIN cloudtrail_logs b
  ON json_extract_scalar(a.responseelements, '$.credentials.accessKeyId') = b.useridentity.accesskeyid
WHERE a.eventname = 'AssumeRole'
GROUP BY 1, 2, 3 ORDER BY calls DESC, 1, 3 LIMIT 10;

-- Which addresses failed to sign in and later succeeded?
SELECT DISTINCT c.sourceipaddress, c.useridentity.username
FROM cloudtrail_logs c
WHERE c.eventname = 'ConsoleLogin' AND c.errormessage IS NULL
  AND EXISTS (SELECT 1 FROM cloudtrail_logs f
              WHERE f.eventname = 'ConsoleLogin' AND f.errormessage IS NOT NULL
                AND f.useridentity.username = c.useridentity.username AND f.eventtime < c.eventtime)
ORDER BY 1, 2;

-- Which principals that failed never failed by being denied?
SELECT useridentity.arn, count(*) AS n FROM cloudtrail_logs
WHERE errorcode IS NOT NULL
  AND useridentity.arn NOT IN (SELECT useridentity.arn FROM cloudtrail_logs
                               WHERE errorcode LIKE '%Denied%' AND useridentity.arn IS NOT NULL)
GROUP BY useridentity.arn ORDER BY n DESC, arn;

-- Who called from an address that also signed in?
SELECT eventname, count(*) AS n FROM cloudtrail_logs
WHERE sourceipaddress IN (SELECT sourceipaddress FROM cloudtrail_logs WHERE eventname = 'ConsoleLogin' AND errormessage IS NOT NULL)
  AND (awsregion, recipientaccountid) IN (('us-east-1', '111122223333'), ('eu-west-1', '444455556666'))
GROUP BY eventname ORDER BY n DESC, eventname LIMIT 6;

-- How far is each service above the average?
SELECT eventsource, count(*) AS n,
       count(*) > (SELECT avg(n) FROM (SELECT count(*) AS n FROM cloudtrail_logs GROUP BY eventsource)) AS above
FROM cloudtrail_logs GROUP BY eventsource ORDER BY n DESC, 1 LIMIT 5;

-- How many events by region and account, with subtotals?
SELECT awsregion, recipientaccountid, grouping(awsregion, recipientaccountid) AS level, count(*) AS n
FROM cloudtrail_logs
GROUP BY GROUPING SETS ((awsregion, recipientaccountid), (awsregion), ())
ORDER BY level, awsregion, recipientaccountid;

-- And with ROLLUP and CUBE?
SELECT awsregion, readonly, count(*) AS n FROM cloudtrail_logs GROUP BY ROLLUP (awsregion, readonly) ORDER BY 1, 2, n;

-- Which combinations of region and category are there?
SELECT awsregion, eventcategory, count(*) AS n FROM cloudtrail_logs GROUP BY CUBE (awsregion, eventcategory) ORDER BY 1, 2, n;

-- Which combinations of the two were seen, as one value?
SELECT DISTINCT (eventsource, awsregion) AS pair FROM cloudtrail_logs WHERE eventsource LIKE 'k%' ORDER BY 1;

-- Which events come after the first ten?
SELECT eventtime, eventname FROM cloudtrail_logs ORDER BY eventtime, eventid OFFSET 10 LIMIT 5;

-- Which are the five latest, in the words of the standard?
SELECT eventtime, eventname FROM cloudtrail_logs ORDER BY eventtime DESC, eventid FETCH FIRST 5 ROWS ONLY;

-- Which are the busiest addresses, ties left out?
SELECT sourceipaddress, count(*) AS n FROM cloudtrail_logs GROUP BY 1 ORDER BY n DESC FETCH FIRST 3 ROWS ONLY;

-- Which values differ, empty ones taken as values?
SELECT count(*) AS n FROM cloudtrail_logs WHERE recipientaccountid IS DISTINCT FROM useridentity.accountid;

-- What does the same column twice look like, for a paste into a sheet?
SELECT eventname, eventname, awsregion AS eventname, useridentity.arn, useridentity.sessioncontext.sessionissuer.arn
FROM cloudtrail_logs WHERE eventname = 'UpdateAssumeRolePolicy';

-- What are columns without names called?
SELECT eventname, count(*), max(eventtime), awsregion || '/' || eventsource FROM cloudtrail_logs
WHERE eventname = 'StopLogging' GROUP BY eventname, awsregion, eventsource;

-- In which files lie the records of the deletion?
SELECT "$path", eventname FROM cloudtrail_logs WHERE eventname LIKE 'Delete%Trail' OR eventname = 'DeleteUser' ORDER BY eventtime;

-- Are the files' sizes and times known?
SELECT regexp_extract("$path", '_(\d{8}T\d{4}Z)_', 1) AS delivered, "$file_size" > 0 AS has_size, "$file_modified_time" IS NOT NULL AS has_time
FROM cloudtrail_logs WHERE eventname = 'CreateUser';

-- Which calls came through a web identity, and from which provider?
SELECT useridentity.sessioncontext.webidfederationdata['federatedprovider'] AS provider, count(*) AS n
FROM cloudtrail_logs
WHERE useridentity.sessioncontext.webidfederationdata['federatedprovider'] IS NOT NULL
GROUP BY 1;

-- And with the newer table, where it is a struct?
SELECT useridentity.sessioncontext.webidfederationdata.federatedprovider, count(*) AS n
FROM cloudtrail_logs WHERE useridentity.sessioncontext.webidfederationdata IS NOT NULL GROUP BY 1 ORDER BY 1;

-- Which TLS versions are in use?
SELECT tlsdetails.tlsversion, tlsdetails.ciphersuite, count(*) AS n
FROM cloudtrail_logs WHERE tlsdetails.tlsversion IS NOT NULL GROUP BY tlsdetails.tlsversion, tlsdetails.ciphersuite ORDER BY n DESC;

-- Which host did the client ask for, without its domain?
SELECT replace(tlsdetails.clientprovidedhostheader, '.amazonaws.com') AS host, replace(awsregion, '-', '_') AS region_name, count(*) AS n
FROM cloudtrail_logs WHERE tlsdetails IS NOT NULL GROUP BY 1, 2 ORDER BY n DESC, host LIMIT 5;

-- Do the functions of text agree with what the enrichment script expects?
SELECT concat('a', NULL) AS c1, concat('a', 'b', 'c') AS c2, greatest(1, NULL) AS g1, least('b', 'a') AS l1,
       coalesce(NULL, 'x') AS co, nullif('a', 'a') AS nu, substr('abcdef', -3) AS s1, substr('abcdef', 0) AS s2,
       substring('abcdef' FROM 2 FOR 3) AS s3, substr('abcdef', 2, 2) AS s4, split_part('a/b', '/', 3) AS sp,
       strpos('bucket', 'k') AS p1, position('k' IN 'bucket') AS p2, lpad('7', 3, '0') AS lp, rpad('7', 3, '0') AS rp,
       reverse('abc') AS rv, upper('abc') AS up, length('abc') AS le, trim('  a ') AS tr, ltrim('  a') AS lt, rtrim('a  ') AS rt,
       starts_with('arn:aws', 'arn') AS st, chr(65) AS ch, codepoint('A') AS cp, concat_ws('-', 'a', NULL, 'b') AS cw,
       levenshtein_distance('root', 'r00t') AS lv, translate('abc', 'ab', 'xy') AS ts, repeat('ab', 2) AS rpt, mod(7, 3) AS m;

-- Which hashes and encodings identify the keys?
SELECT to_hex(md5(to_utf8('AKIAI44QH8DHBEXAMPLE'))) AS md5, lower(to_hex(sha256(to_utf8('a')))) AS sha256,
       to_base64(to_utf8('user')) AS b64, from_utf8(from_base64('dXNlcg==')) AS plain, from_utf8(from_hex('75736572')) AS hex;

-- What do the parts of a signed link say?
SELECT url_extract_protocol(u) AS proto, url_extract_host(u) AS host, url_extract_path(u) AS path, url_extract_query(u) AS query,
       url_extract_port(u) AS port, url_extract_fragment(u) AS fragment,
       url_extract_parameter(u, 'X-Amz-Expires') AS expires, url_decode('a%20b%2Fc') AS decoded, url_encode('a b/c') AS encoded
FROM (VALUES 'https://example-orders.s3.amazonaws.com:443/2026/05?X-Amz-Expires=300&X-Amz-Algorithm=AWS4-HMAC-SHA256#top') AS t(u);

-- How does a line for the ticket read?
SELECT format('%s: %s by %s (%d chars, %.2f)', eventtime, eventname, useridentity.username, length(useragent), 0.5) AS line,
       typeof(eventtime) AS kind, typeof(1) AS int_kind, length(cast(uuid() AS varchar)) AS uuid_length
FROM cloudtrail_logs WHERE eventname = 'CreateUser';

-- Do the functions of arrays agree with what the enrichment script expects?
SELECT array_distinct(ARRAY[1, 1, 2]) AS a, array_sort(ARRAY[3, 1, NULL, 2]) AS b, array_max(ARRAY[1, 3]) AS c, array_min(ARRAY[1, 3]) AS d,
       array_position(ARRAY['a', 'b'], 'b') AS e, array_remove(ARRAY[1, 2, 1], 1) AS f, array_union(ARRAY[1], ARRAY[2, 1]) AS g,
       array_intersect(ARRAY[1, 2], ARRAY[2]) AS h, array_except(ARRAY[1, 2], ARRAY[2]) AS i, arrays_overlap(ARRAY[1], ARRAY[2]) AS j,
       array_join(ARRAY['a', NULL, 'b'], ',') AS k, array_join(ARRAY['a', NULL, 'b'], ',', '?') AS l, flatten(ARRAY[ARRAY[1], ARRAY[2]]) AS m,
       slice(ARRAY[1, 2, 3, 4], 2, 2) AS n, contains(ARRAY['a'], 'a') AS o, cardinality(ARRAY[1, 2]) AS p, reverse(ARRAY[1, 2]) AS q,
       ARRAY[1] || ARRAY[2] AS r, concat(ARRAY[1], ARRAY[2], ARRAY[3]) AS s, ARRAY[1, 2][1] AS t, repeat('x', 2) AS u;

-- And those that take a lambda?
SELECT transform(ARRAY[1, 2], x -> x * 2) AS a, filter(ARRAY[1, 2, 3], x -> x > 1) AS b, any_match(ARRAY[1], x -> x = 1) AS c,
       all_match(ARRAY[1, 2], x -> x > 1) AS d, none_match(ARRAY[1], x -> x > 1) AS e,
       reduce(ARRAY[1, 2, 3], 0, (s, x) -> s + x, s -> s) AS f, zip_with(ARRAY[1, 2], ARRAY[3, 4], (x, y) -> x + y) AS g,
       map_filter(map(ARRAY['a', 'b'], ARRAY[1, 2]), (k, v) -> v > 1) AS h, transform_values(map(ARRAY['a'], ARRAY[1]), (k, v) -> v + 1) AS i,
       zip(ARRAY[1, 2], ARRAY['a', 'b']) AS j, sequence(1, 5, 2) AS k, combinations(ARRAY['a', 'b', 'c'], 2) AS l, ngrams(ARRAY['a', 'b', 'c'], 2) AS m;

-- Do maps answer as they should?
SELECT element_at(map(ARRAY['a', 'b'], ARRAY[1, 2]), 'b') AS a, element_at(map(ARRAY['a'], ARRAY[1]), 'z') AS b, map(ARRAY['a'], ARRAY[1])['a'] AS c,
       map_keys(map(ARRAY['a'], ARRAY[1])) AS d, map_values(map(ARRAY['a'], ARRAY[1])) AS e, map_entries(map(ARRAY['a'], ARRAY[1])) AS f,
       map_concat(map(ARRAY['a'], ARRAY[1]), map(ARRAY['b'], ARRAY[2])) AS g, map_from_entries(ARRAY[('a', 1)]) AS h,
       cardinality(map(ARRAY['a'], ARRAY[1])) AS i;

-- Which kinds of resources did each call touch, with lambdas on structs?
SELECT eventname, transform(resources, r -> r.type) AS types, cardinality(filter(resources, r -> r.accountid = '444455556666')) AS in_data,
       any_match(resources, r -> r.arn LIKE '%customer-exports%') AS customers
FROM cloudtrail_logs WHERE resources IS NOT NULL AND eventname = 'GetObject' ORDER BY eventtime DESC LIMIT 3;

-- Which addresses lie in the attacker's network?
SELECT sourceipaddress, count(*) AS n
FROM cloudtrail_logs
WHERE contains('198.51.100.0/24', try_cast(sourceipaddress AS ipaddress))
GROUP BY sourceipaddress ORDER BY n DESC;

-- Which calls came from outside of all our networks?
SELECT DISTINCT sourceipaddress
FROM cloudtrail_logs
WHERE regexp_like(sourceipaddress, '^[0-9.]+$')
  AND NOT contains('203.0.113.0/24', cast(sourceipaddress AS ipaddress))
  AND NOT contains('192.0.2.0/24', cast(sourceipaddress AS ipaddress))
ORDER BY 1;

-- What are the bounds of the network, and does it hold the address?
SELECT IPADDRESS '198.51.100.77' AS a, contains('198.51.100.0/24', IPADDRESS '198.51.100.77') AS b,
       ip_prefix(IPADDRESS '198.51.100.77', 24) AS c, ip_subnet_min(IPPREFIX '198.51.100.77/24') AS d,
       ip_subnet_max(IPPREFIX '198.51.100.77/24') AS e, is_subnet_of(IPPREFIX '198.51.100.0/24', IPADDRESS '198.51.101.1') AS f,
       cast(IPADDRESS '2001:db8::1' AS varchar) AS g, IPADDRESS '10.0.0.2' < IPADDRESS '10.0.0.10' AS h;

-- Which networks of 24 bits did failed sign-ins come from?
SELECT cast(ip_prefix(cast(sourceipaddress AS ipaddress), 24) AS varchar) AS network, count(*) AS n
FROM cloudtrail_logs WHERE eventname = 'ConsoleLogin' AND errormessage IS NOT NULL GROUP BY 1 ORDER BY n DESC;

-- Do the functions of JSON agree with what the enrichment script expects?
SELECT json_parse('{"a": 1}') AS a, json_format(json_parse('[1, 2]')) AS b, is_json_scalar('1') AS c, is_json_scalar('[1]') AS d,
       json_array_contains('[1, 2]', 2) AS e, json_array_length('[1, 2]') AS f, json_array_get('["x", "y"]', 1) AS g,
       json_extract_scalar('{"a": {"b": [10, 20]}}', '$.a.b[1]') AS h, json_extract_scalar('{"a": {}}', '$.a') AS i,
       json_extract('{"a": [1, {"b": 2}]}', '$.a[1]') AS j, json_extract_scalar('not json', '$.a') AS k, json_size('{"x": {"a": 1, "b": 2}}', '$.x') AS l,
       cast(json_parse('"text"') AS varchar) AS m, cast('text' AS json) AS n, JSON '{"k": [true, null]}' AS o, cast(ARRAY[1, 2] AS json) AS p;

-- And those of the SQL standard?
SELECT json_value('{"a": {"b": "x"}}', 'lax $.a.b') AS a, json_value('{"n": 7}', 'strict $.n' RETURNING integer) AS b,
       json_query('{"a": [1, 2]}', 'lax $.a') AS c, json_exists('{"a": 1}', 'lax $.a') AS d,
       json_object('k' : 1, 'l' VALUE 'two') AS e, json_array(1, 'b', true) AS f;

-- Which groups of permissions were opened, typed as rows?
SELECT eventtime, p.ipprotocol, p.fromport, p.toport
FROM cloudtrail_logs
CROSS JOIN UNNEST(cast(json_extract(requestparameters, '$.ipPermissions.items')
                       AS array(row(ipProtocol varchar, fromPort integer, toPort integer)))) AS p(ipprotocol, fromport, toport)
WHERE eventname = 'AuthorizeSecurityGroupIngress' ORDER BY eventtime;

-- What did each user's evening look like as a list of rows?
SELECT array_agg(cast(row(eventtime, eventname) AS row(t varchar, n varchar)) ORDER BY eventtime) AS steps
FROM cloudtrail_logs WHERE eventname IN ('StopLogging', 'DeleteTrail', 'UpdateTrail');

-- Which of the watched calls were made, matched against a list of rows?
SELECT w.severity, w.call, count(c.eventid) AS n
FROM UNNEST(ARRAY[ROW('high', 'StopLogging'), ROW('high', 'DeleteDetector'), ROW('low', 'ListUsers')]) AS w(severity, call)
LEFT JOIN cloudtrail_logs c ON c.eventname = w.call
GROUP BY 1, 2 ORDER BY 1, n DESC, 2;

-- Which names occur for any of several values?
SELECT count(*) AS n FROM cloudtrail_logs WHERE eventname = ANY (VALUES 'CreateUser', 'DeleteUser');

-- Was anything at all later than every deletion?
SELECT count(*) AS later FROM cloudtrail_logs WHERE eventtime > ALL (SELECT eventtime FROM cloudtrail_logs WHERE eventname LIKE 'Delete%');

-- Is there a record of a given kind, yes or no?
SELECT EXISTS (SELECT 1 FROM cloudtrail_logs WHERE eventname = 'DeleteTrail') AS deleted, 'tried' AS note;

-- Which numbers follow by recursion?
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4) SELECT i FROM n ORDER BY i;

-- Do quoted names match without regard to case?
SELECT "EventName", "N" FROM (SELECT eventname AS "EventName", count(*) AS "n" FROM "CloudTrail_Logs" GROUP BY 1)
WHERE "eventname" = 'ConsoleLogin';

-- Which records carry each other's shared id?
SELECT sharedeventid, count(DISTINCT recipientaccountid) AS accounts, array_sort(array_agg(DISTINCT useridentity.type)) AS types
FROM cloudtrail_logs WHERE sharedeventid IS NOT NULL AND eventcategory <> 'Insight' GROUP BY sharedeventid HAVING count(*) > 1;

-- What did the Insights events say?
SELECT eventtime, json_extract_scalar(insightdetails, '$.state') AS state, json_extract_scalar(insightdetails, '$.eventName') AS call,
       cast(json_extract_scalar(insightdetails, '$.insightContext.statistics.insight.average') AS double) AS average
FROM cloudtrail_logs WHERE eventcategory = 'Insight' ORDER BY eventtime;

-- What did the VPC endpoint refuse?
SELECT eventtime, eventtype, vpcendpointid, vpcendpointaccountid, errorcode FROM cloudtrail_logs WHERE eventcategory = 'NetworkActivity' ORDER BY 1;

-- How many seconds lie between one user's first and last call, in words?
SELECT useridentity.username, human_readable_seconds(to_unixtime(max(from_iso8601_timestamp(eventtime))) - to_unixtime(min(from_iso8601_timestamp(eventtime)))) AS span,
       max(from_iso8601_timestamp(eventtime)) - min(from_iso8601_timestamp(eventtime)) AS span2
FROM cloudtrail_logs WHERE useridentity.username = 'svc-telemetry' GROUP BY useridentity.username;

-- Which event is a tenth of the whole?
SELECT count(*) >= 0 AS ok FROM cloudtrail_logs TABLESAMPLE BERNOULLI (10);

-- Which encryption contexts with odd keys were used?
SELECT json_extract_scalar(requestparameters, '$.encryptionContext.aws:s3:arn') AS a,
       json_extract_scalar(requestparameters, '$.encryptionContext["aws:s3:arn"]') AS b,
       json_extract_scalar(requestparameters, '$.encryptionContext.SecretARN') AS c, count(*) AS n
FROM cloudtrail_logs WHERE eventname = 'Decrypt' GROUP BY 1, 2, 3 ORDER BY n DESC, 1, 3;

-- Who used sessions that an instance got, by role and instance?
SELECT split(useridentity.principalid, ':')[2] AS instance, split(useridentity.arn, '/', 2)[2] AS rest, count(*) AS n
FROM cloudtrail_logs WHERE useridentity.sessioncontext.sessionissuer.username = 'web-server' GROUP BY 1, 2 ORDER BY 1;

-- How do calls spread over the hours, as a bar?
SELECT hr, rpad('', cast(n / 2 AS integer), '#') AS bar, round(n * 1.0 / sum(n) OVER (), 3) AS share
FROM (SELECT hour(from_iso8601_timestamp(eventtime)) AS hr, count(*) AS n FROM cloudtrail_logs GROUP BY 1) ORDER BY hr;

-- Who was refused first and then allowed the very same call?
SELECT d.useridentity.arn, eventname, min(d.eventtime) AS refused, min(s.eventtime) AS allowed
FROM cloudtrail_logs d INNER JOIN cloudtrail_logs s USING (eventname)
WHERE d.errorcode IS NOT NULL AND s.errorcode IS NULL AND d.eventtime < s.eventtime AND d.useridentity.arn = s.useridentity.arn
GROUP BY 1, 2 ORDER BY 3;

-- Which day has which share, side by side?
SELECT t.d, t.n, x.total FROM (SELECT substr(eventtime, 1, 10) AS d, count(*) AS n FROM cloudtrail_logs GROUP BY 1) t
CROSS JOIN (SELECT count(*) AS total FROM cloudtrail_logs) x ORDER BY t.d;

-- Which words of the agent name a product, when only one user's calls are wanted?
SELECT filter(split(useragent, ' '), w -> w LIKE '%/%') AS products
FROM cloudtrail_logs WHERE eventname = 'CreateUser';

-- Which rules were opened for the port of SSH, with a lambda over JSON?
SELECT filter(cast(json_extract(requestparameters, '$.ipPermissions.items') AS array(json)),
              p -> json_extract_scalar(p, '$.fromPort') = '22') AS ssh
FROM cloudtrail_logs WHERE eventname = 'AuthorizeSecurityGroupIngress' ORDER BY eventtime;

-- Which ports, with a lambda over rows?
SELECT transform(cast(json_extract(requestparameters, '$.ipPermissions.items') AS array(row(fromPort integer))), p -> p.fromPort) AS ports
FROM cloudtrail_logs WHERE eventname = 'AuthorizeSecurityGroupIngress' ORDER BY eventtime;

-- Which parameters name a user, with a lambda over a map?
SELECT map_filter(cast(json_parse(requestparameters) AS map(varchar, json)), (k, v) -> k LIKE '%Name') AS names
FROM cloudtrail_logs WHERE eventname = 'AttachUserPolicy' ORDER BY eventtime;

-- How often does each call touch a bucket, filtered and counted by the same lambda?
SELECT eventname, max(cardinality(filter(resources, r -> r.type = 'AWS::S3::Bucket'))) AS buckets
FROM cloudtrail_logs
WHERE eventtime > '2026-05-12' AND any_match(resources, r -> r.arn LIKE '%orders%')
GROUP BY eventname ORDER BY eventname;

-- Which principals are there, each once, in order?
SELECT DISTINCT useridentity.arn FROM cloudtrail_logs WHERE useridentity.arn IS NOT NULL ORDER BY useridentity.arn;

-- Which users are named in parameters, each once?
SELECT DISTINCT json_extract_scalar(requestparameters, '$.userName') AS target FROM cloudtrail_logs
WHERE eventsource = 'iam.amazonaws.com' ORDER BY json_extract_scalar(requestparameters, '$.userName');

-- Which calls of a user repeat one that failed for the same user?
SELECT DISTINCT c.useridentity.username, c.eventname
FROM cloudtrail_logs c
WHERE c.errorcode IS NULL
  AND c.eventname IN (SELECT f.eventname FROM cloudtrail_logs f
                      WHERE f.errorcode IS NOT NULL AND f.useridentity.username = c.useridentity.username)
ORDER BY 1, 2;

-- Were there calls in regions where a user was made?
SELECT count(*) AS n FROM cloudtrail_logs c
WHERE EXISTS (SELECT 1 FROM cloudtrail_logs u WHERE u.eventname = 'CreateUser' AND u.awsregion = c.awsregion);

-- On which local days, seen from the office, did the failures fall?
SELECT date(from_iso8601_timestamp(eventtime) AT TIME ZONE 'Europe/Dublin') AS local_day,
       date_trunc('day', from_iso8601_timestamp(eventtime) AT TIME ZONE 'Europe/Dublin') AS local_midnight,
       min(hour(from_iso8601_timestamp(eventtime) AT TIME ZONE 'Europe/Dublin')) AS first_hour, count(*) AS n
FROM cloudtrail_logs WHERE eventname = 'ConsoleLogin' AND errormessage IS NOT NULL
GROUP BY 1, 2 ORDER BY 1;

-- Which events fall in the days whose parts are put together?
SELECT count(*) AS n FROM cloudtrail_logs
WHERE concat(year, month, day) BETWEEN '20260512' AND '20260513'
  AND date_parse(year || '-' || month || '-' || day, '%Y-%m-%d') >= timestamp '2026-05-12 00:00:00';

-- Which agents hold a semicolon but no two dashes?
SELECT DISTINCT useragent FROM cloudtrail_logs WHERE useragent LIKE '%;%' /* a comment; with a semicolon */ AND useragent NOT LIKE '%--%' ORDER BY 1;

-- Which calls came in the second of the attack, to the moment?
SELECT eventname FROM cloudtrail_logs
WHERE eventtime = '2026-05-12T00:31:11Z' OR from_iso8601_timestamp(eventtime) = timestamp '2026-05-12 01:02:34 UTC'
ORDER BY eventtime;

-- How many days lie between the first and the last date?
SELECT date_diff('day', min(d), max(d)) AS days, max(d) - min(d) AS span FROM (SELECT date(from_iso8601_timestamp(eventtime)) AS d FROM cloudtrail_logs);

-- How many calls of each kind, the kind told by a CASE?
SELECT CASE readonly WHEN 'true' THEN 'read' WHEN 'false' THEN 'write' END AS kind, count(*) AS n
FROM cloudtrail_logs GROUP BY CASE readonly WHEN 'true' THEN 'read' WHEN 'false' THEN 'write' END ORDER BY kind;

-- Which buckets were read, one map for all calls?
SELECT map_union(map(ARRAY[json_extract_scalar(requestparameters, '$.bucketName')], ARRAY[awsregion])) AS regions
FROM cloudtrail_logs WHERE eventname = 'GetBucketPolicy' AND json_extract_scalar(requestparameters, '$.bucketName') IS NOT NULL;

-- Which of the files read were compressed?
SELECT count_if(ends_with(json_extract_scalar(requestparameters, '$.key'), '.gz')) AS gz, count(*) AS n
FROM cloudtrail_logs WHERE eventname = 'GetObject';

-- Do lengths of time add up as written in the plan?
SELECT timestamp '2026-05-12 00:12:09' + interval '1 02:03:04' DAY TO SECOND AS a, date '2026-01-31' + interval '0-1' YEAR TO MONTH AS b,
       parse_duration('90m') > interval '1' hour AS c, trim(LEADING FROM '  a') AS d, trim(BOTH 'x' FROM 'xax') AS e;

-- How often was each of the attacker's calls made by anybody, by a lateral question?
SELECT a.eventname, x.n
FROM (SELECT DISTINCT eventname FROM cloudtrail_logs WHERE useridentity.username = 'svc-telemetry' AND readonly = 'false') a
CROSS JOIN LATERAL (SELECT count(*) AS n FROM cloudtrail_logs i WHERE i.eventname = a.eventname) x
ORDER BY x.n DESC, a.eventname;

-- What was the last error before each call of the attacker?
SELECT eventtime, eventname, errorcode,
       last_value(errorcode) IGNORE NULLS OVER (ORDER BY eventtime, eventid ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS error_before
FROM cloudtrail_logs WHERE useridentity.username = 'svc-telemetry' ORDER BY eventtime, eventid;

-- How many calls came within five minutes of each other, at most?
SELECT max(c) AS most FROM (
  SELECT count(*) OVER (PARTITION BY useridentity.arn ORDER BY from_iso8601_timestamp(eventtime)
                        RANGE BETWEEN INTERVAL '5' MINUTE PRECEDING AND CURRENT ROW) AS c
  FROM cloudtrail_logs WHERE useridentity.arn IS NOT NULL);

-- Which services do keys of KMS serve, as a text without a separator?
SELECT listagg(DISTINCT substr(eventsource, 1, 3)) WITHIN GROUP (ORDER BY substr(eventsource, 1, 3)) AS services
FROM cloudtrail_logs WHERE eventsource LIKE 's%';
