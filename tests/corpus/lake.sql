// Who touched the bucket with the customers' exports?
SELECT eventTime, eventName, userIdentity.arn, sourceIPAddress, element_at(requestParameters, 'bucketName') AS bucket
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE element_at(requestParameters, 'bucketName') = 'example-customer-exports'
  AND eventTime > '2024-01-01 00:00:00'
ORDER BY eventTime DESC, eventID
LIMIT 20;

-- What did the attacker's key do in the two hours after midnight?
SELECT eventTime, eventSource, eventName, awsRegion, errorCode
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE userIdentity.accessKeyId = 'AKIAI44QH8DHBEXAMPLE'
  AND eventTime >= '2026-05-12 00:00:00' AND eventTime < '2026-05-12 02:06:00'
ORDER BY eventTime;

-- How many calls did each service get?
SELECT eventSource, COUNT(*) AS numEvents
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE eventTime > '2026-05-11 00:00:00' AND eventTime < '2026-05-14 00:00:00'
GROUP BY eventSource
ORDER BY COUNT(*) DESC, eventSource;

-- Which console sign-ins had no second factor?
SELECT eventTime, userIdentity.userName, sourceIPAddress, element_at(additionalEventData, 'MFAUsed') AS mfaUsed
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE eventName = 'ConsoleLogin'
  AND element_at(responseElements, 'ConsoleLogin') = 'Success'
  AND element_at(additionalEventData, 'MFAUsed') = 'No'
ORDER BY eventTime;

-- Which sign-ins failed in the hours before?
SELECT date_trunc('hour', eventTime) AS hr, count(*) AS failures, count(DISTINCT sourceIPAddress) AS addresses
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE eventName = 'ConsoleLogin' AND errorMessage IS NOT NULL
GROUP BY date_trunc('hour', eventTime)
ORDER BY hr;

-- Who changes things from the console?
SELECT userIdentity.arn, eventName, count(*) AS n
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE sessionCredentialFromConsole = true AND readOnly = false
GROUP BY userIdentity.arn, eventName
ORDER BY n DESC, 2;

-- How many management events were writes, when the column is a boolean?
SELECT count(*) AS writes
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE managementEvent AND NOT readOnly;

-- Which data events were there?
SELECT eventName, count(*) AS n
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE managementEvent IS FALSE GROUP BY eventName ORDER BY n DESC, eventName;

-- Which sessions had no second factor when the answer is a text?
SELECT userIdentity.sessionContext.attributes.mfaAuthenticated, count(*) AS n
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE userIdentity.sessionContext.attributes.mfaAuthenticated = 'false'
GROUP BY userIdentity.sessionContext.attributes.mfaAuthenticated;

-- How long had each session lasted when it was used last?
SELECT userIdentity.arn, max(date_diff('second', userIdentity.sessionContext.attributes.creationDate, eventTime)) AS seconds
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE userIdentity.sessionContext.attributes.creationDate > '2026-05-11 00:00:00'
GROUP BY userIdentity.arn ORDER BY seconds DESC, arn LIMIT 6;

-- Which roles were assumed from the other account?
SELECT eventTime, element_at(requestParameters, 'roleArn') AS role, recipientAccountId, userIdentity.accountId, sharedEventID
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE eventName = 'AssumeRole' AND recipientAccountId = '444455556666' AND userIdentity.accountId = '111122223333'
ORDER BY eventTime;

-- Which ports were opened, read from the text inside the map?
SELECT eventTime, element_at(requestParameters, 'groupId') AS grp,
       json_extract_scalar(element_at(requestParameters, 'ipPermissions'), '$.items[0].fromPort') AS port,
       json_extract_scalar(element_at(requestParameters, 'ipPermissions'), '$.items[0].ipRanges.items[0].cidrIp') AS cidr
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE eventName = 'AuthorizeSecurityGroupIngress'
ORDER BY eventTime;

-- Which of them were open to the world, by text?
SELECT eventTime, awsRegion FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE eventName = 'AuthorizeSecurityGroupIngress'
  AND (element_at(requestParameters, 'ipPermissions') LIKE '%0.0.0.0/0%' OR element_at(requestParameters, 'ipPermissions') LIKE '%::/0%')
ORDER BY eventTime;

-- Which instances were launched, one row each?
SELECT eventTime, awsRegion, json_extract_scalar(instance, '$.instanceId') AS instanceId, json_extract_scalar(instance, '$.instanceType') AS instanceType
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
CROSS JOIN UNNEST(CAST(json_extract(element_at(responseElements, 'instancesSet'), '$.items') AS ARRAY(JSON))) AS t(instance)
WHERE eventName = 'RunInstances'
ORDER BY eventTime, instanceId;

-- Which ids came out of each launch, as a list?
SELECT eventTime,
       transform(CAST(json_extract(element_at(responseElements, 'instancesSet'), '$.items') AS ARRAY(MAP(VARCHAR, JSON))),
                 i -> CAST(i['instanceId'] AS VARCHAR)) AS ids
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE eventName = 'RunInstances' AND errorCode IS NULL
ORDER BY eventTime;

-- And with a path that takes them all at once?
SELECT eventTime, json_extract(element_at(responseElements, 'instancesSet'), '$.items[*].instanceId') AS ids,
       json_extract(element_at(responseElements, 'instancesSet'), '$..instanceType') AS types
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE eventName = 'RunInstances' AND errorCode IS NULL ORDER BY eventTime LIMIT 3;

-- Which instances were ended and had been running?
SELECT eventTime,
       filter(CAST(json_extract(element_at(responseElements, 'instancesSet'), '$.items') AS ARRAY(JSON)),
              i -> json_extract_scalar(i, '$.previousState.name') = 'running') AS was_running
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE eventName = 'TerminateInstances' ORDER BY eventTime LIMIT 2;

-- Which parameters do IAM calls carry?
SELECT eventName, array_join(array_sort(map_keys(requestParameters)), ', ') AS parameters, count(*) AS n
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE eventSource = 'iam.amazonaws.com' AND requestParameters IS NOT NULL
GROUP BY 1, 2 ORDER BY eventName;

-- Which values, and how many?
SELECT eventName, map_values(requestParameters) AS vals, cardinality(requestParameters) AS n
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE eventName IN ('CreateUser', 'AttachUserPolicy') ORDER BY eventTime;

-- Which keys and values, a row each, from the map itself?
SELECT eventName, k, v
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
CROSS JOIN UNNEST(requestParameters) AS t(k, v)
WHERE eventName IN ('CreateUser', 'CreateLoginProfile', 'StopLogging')
ORDER BY eventTime, k;

-- Which parameters mention the new user?
SELECT DISTINCT eventName
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE contains(map_values(requestParameters), 'svc-telemetry') ORDER BY eventName;

-- Which resources did the downloads touch?
SELECT r.arn, r.type, count(*) AS n
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
CROSS JOIN UNNEST(resources) AS t(r)
WHERE eventName = 'GetObject' AND r.type = 'AWS::S3::Bucket'
GROUP BY r.arn, r.type ORDER BY n DESC;

-- Which calls named no resource, by service?
SELECT eventSource, sum(IF(r.arn IS NULL, 1, 0)) AS without, count(r.arn) AS with_one
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
LEFT JOIN UNNEST(resources) AS t(r) ON TRUE
GROUP BY eventSource ORDER BY without DESC, eventSource LIMIT 5;

-- Which types of resources are there, without unnesting?
SELECT array_distinct(flatten(array_agg(transform(resources, r -> r.type)))) AS types
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE resources IS NOT NULL AND eventSource = 'kms.amazonaws.com';

-- Which resources of each call lie in the data account?
SELECT eventName, cardinality(filter(resources, x -> x.accountId = '444455556666')) AS here, resources[1].arn AS first_arn
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE eventName LIKE 'PutBucket%' OR eventName LIKE 'DeleteBucket%'
ORDER BY eventTime;

-- What did the whole record of the stopped trail say?
SELECT eventJson FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE eventName = 'StopLogging' ORDER BY eventTime;

-- And a field of it that has no column?
SELECT json_extract_scalar(eventJson, '$.userIdentity.arn') AS who, json_array_length(json_extract(eventJson, '$.resources')) AS resources
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE eventName = 'PutBucketPolicy' ORDER BY eventTime;

-- Which statements of the bucket policy allow anybody?
SELECT eventTime, json_extract_scalar(s, '$.Sid') AS sid, json_extract_scalar(s, '$.Effect') AS effect, json_array_contains(json_extract(s, '$.Action'), 's3:GetObject') AS reads
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
CROSS JOIN UNNEST(CAST(json_extract(json_parse(element_at(requestParameters, 'bucketPolicy')), '$.Statement') AS ARRAY(JSON))) AS t(s)
WHERE eventName = 'PutBucketPolicy' AND json_extract_scalar(s, '$.Principal') = '*' ORDER BY eventTime;

-- Who was added to the trust policy of the role, with and without parsing?
SELECT eventTime, is_json_scalar(json_extract(requestParameters['policyDocument'], '$.Version')) AS scalar,
       json_format(json_extract(requestParameters['policyDocument'], '$.Statement')) AS statements
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE eventName = 'UpdateAssumeRolePolicy';

-- Which contexts did KMS see, as a map?
SELECT eventName, map_keys(CAST(json_parse(element_at(requestParameters, 'encryptionContext')) AS MAP(VARCHAR, VARCHAR))) AS keys, count(*) AS n
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE eventSource = 'kms.amazonaws.com' AND element_at(requestParameters, 'encryptionContext') IS NOT NULL
GROUP BY 1, 2 ORDER BY n DESC, 1;

-- And as a map of JSON?
SELECT element_at(CAST(json_extract(element_at(requestParameters, 'encryptionContext'), '$') AS MAP(VARCHAR, JSON)), 'SecretARN') AS secret, count(*) AS n
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE eventName = 'Decrypt' GROUP BY 1 ORDER BY n DESC, json_format(secret);

-- Which tags did the principals have at the time?
SELECT eventName, json_extract_scalar(element_at(requestParameters, 'tagSet'), '$.items[0].key') AS tag
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE eventName = 'CreateTags';

-- What did backup say when it was done?
SELECT eventTime, element_at(serviceEventDetails, 'state') AS state, CAST(element_at(serviceEventDetails, 'percentDone') AS DOUBLE) AS done,
       CAST(element_at(serviceEventDetails, 'bytesTransferred') AS BIGINT) / 1048576 AS mib
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE eventName = 'BackupJobCompleted' ORDER BY eventTime;

-- Which Insights were raised?
SELECT eventTime, element_at(insightDetails, 'state') AS state, element_at(insightDetails, 'eventName') AS call, element_at(insightDetails, 'insightType') AS kind
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE eventCategory = 'Insight' ORDER BY eventTime;

-- Which events are of the last week?
SELECT count(*) >= 0 AS ok FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE eventTime > date_add('day', -7, now());

-- Which are of the last weeks, with an interval?
SELECT count(*) AS n FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE eventTime > current_timestamp - INTERVAL '520' WEEK;

-- Which came between two moments that are moments?
SELECT count(*) AS n FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE eventTime BETWEEN TIMESTAMP '2026-05-12 00:00:00' AND TIMESTAMP '2026-05-12 23:59:59';

-- Which came on the first day, down to the second and beyond?
SELECT count(*) AS n FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE eventTime >= '2026-05-11 00:00:00.000' AND eventTime <= '2026-05-11 23:59:59.999';

-- Which came on the dates given?
SELECT CAST(eventTime AS DATE) AS d, count(*) AS n FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE CAST(eventTime AS DATE) IN (DATE '2026-05-11', DATE '2026-05-13') GROUP BY CAST(eventTime AS DATE) ORDER BY d;

-- And by the hour of the day and the day of the week?
SELECT hour(eventTime) AS hr, day_of_week(eventTime) AS dow, count(*) AS n FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE userIdentity.type = 'IAMUser' GROUP BY hour(eventTime), day_of_week(eventTime) ORDER BY 2, 1 LIMIT 10;

-- How do the moments read in the report?
SELECT date_format(eventTime, '%d/%m/%Y %H:%i') AS moment, to_iso8601(eventTime) AS iso, year(eventTime) AS y, minute(eventTime) AS mi,
       to_unixtime(eventTime) AS epoch, format_datetime(eventTime, 'HH:mm:ss') AS clock
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE eventName = 'CreateUser';

-- How many calls per user in buckets of five minutes?
SELECT from_unixtime(floor(to_unixtime(eventTime) / 300) * 300) AS bucket, count(*) AS n
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE userIdentity.userName = 'mateo' AND errorCode IS NOT NULL GROUP BY 1 ORDER BY 1;

-- Which agents are new on the last day?
SELECT DISTINCT userAgent FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE eventTime >= '2026-05-13 00:00:00'
EXCEPT
SELECT DISTINCT userAgent FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE eventTime < '2026-05-13 00:00:00'
ORDER BY userAgent;

-- Which users never signed in to the console?
SELECT DISTINCT a.userIdentity.userName
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 AS a
LEFT JOIN (SELECT DISTINCT userIdentity.userName AS name FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE eventName = 'ConsoleLogin') AS b
  ON a.userIdentity.userName = b.name
WHERE b.name IS NULL AND a.userIdentity.type = 'IAMUser' AND a.userIdentity.userName IS NOT NULL;

-- Which keys were made and then used?
SELECT c.eventTime AS made, min(u.eventTime) AS first_used, count(*) AS calls
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 c
INNER JOIN 5e2676f8-9fce-46ef-8142-3e36a94e6691 u
  ON json_extract_scalar(element_at(c.responseElements, 'accessKey'), '$.accessKeyId') = u.userIdentity.accessKeyId
WHERE c.eventName = 'CreateAccessKey'
GROUP BY c.eventTime ORDER BY made;

-- Which logins came from more than one store, taken together?
SELECT eventTime, eventName, awsRegion FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE eventName = 'DeleteTrail'
UNION ALL
SELECT eventTime, eventName, awsRegion FROM "b0a1c2d3-1111-2222-3333-444455556666" WHERE eventName = 'DeleteDetector'
ORDER BY eventTime;

-- Who made the most calls in each region, with a window?
WITH ranked AS (
    SELECT awsRegion, userIdentity.principalId AS principal, count(*) AS n,
           row_number() OVER (PARTITION BY awsRegion ORDER BY count(*) DESC, userIdentity.principalId) AS pos
    FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
    WHERE userIdentity.principalId IS NOT NULL
    GROUP BY awsRegion, userIdentity.principalId
)
SELECT awsRegion, principal, n FROM ranked WHERE pos <= 2 ORDER BY awsRegion, pos;

-- Which source identity or federation stood behind the sessions?
SELECT userIdentity.sessionContext.sourceIdentity, userIdentity.sessionContext.webIdFederationData.federatedProvider,
       userIdentity.onBehalfOf.userId, userIdentity.identityProvider, count(*) AS n
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 GROUP BY 1, 2, 3, 4 ORDER BY n DESC;

-- Were any records late or sent again?
SELECT addendum.reason, count(*) AS n FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 GROUP BY addendum.reason;

-- Which clients still use old TLS?
SELECT eventSource, tlsDetails.tlsVersion, sourceIPAddress, COUNT(*) AS numOutdatedTlsCalls
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE tlsDetails.tlsVersion IN ('TLSv1', 'TLSv1.1')
GROUP BY eventSource, tlsDetails.tlsVersion, sourceIPAddress
ORDER BY numOutdatedTlsCalls DESC;

-- Which reads of secrets failed or not?
SELECT element_at(requestParameters, 'secretId') AS secret, coalesce(errorCode, 'read') AS outcome, eventTime
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE eventName = 'GetSecretValue' ORDER BY eventTime;

-- Which objects did somebody without a name read?
SELECT sourceIPAddress, element_at(requestParameters, 'key') AS object, CAST(element_at(additionalEventData, 'bytesTransferredOut') AS DOUBLE) AS bytes
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE eventName = 'GetObject' AND userIdentity.principalId IS NULL OR userIdentity.accountId = 'anonymous'
ORDER BY eventTime;

-- How much data left per address and bucket?
SELECT sourceIPAddress, element_at(requestParameters, 'bucketName') AS bucket,
       sum(CAST(element_at(additionalEventData, 'bytesTransferredOut') AS BIGINT)) / 1e6 AS megabytes, count(*) AS objects
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE eventName = 'GetObject' GROUP BY 1, 2 HAVING count(*) > 5 ORDER BY megabytes DESC;

-- Which three calls of each user were the last, and how many kinds in all?
SELECT userIdentity.userName, max_by(eventName, eventTime) AS last_call, max(eventTime) AS at, approx_distinct(eventName) AS kinds,
       slice(array_agg(eventName ORDER BY eventTime DESC), 1, 3) AS last_three
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE userIdentity.type = 'IAMUser' AND userIdentity.userName IS NOT NULL GROUP BY userIdentity.userName ORDER BY userName;

-- Which keys of the parameters differ only in case?
SELECT element_at(requestParameters, 'Host') AS host, element_at(requestParameters, 'nothing') AS nothing, count(*) AS n
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE eventName = 'GetBucketAcl' GROUP BY 1, 2 ORDER BY n DESC;

-- Which largest and smallest ports were opened?
SELECT array_max(array_agg(CAST(json_extract_scalar(element_at(requestParameters, 'ipPermissions'), '$.items[0].toPort') AS INTEGER))) AS highest,
       array_min(array_agg(CAST(json_extract_scalar(element_at(requestParameters, 'ipPermissions'), '$.items[0].fromPort') AS INTEGER))) AS lowest
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE eventName = 'AuthorizeSecurityGroupIngress';

-- Which calls came through the VPC endpoint, and were any refused?
SELECT vpcEndpointId, vpcEndpointAccountId, eventName, errorCode, count(*) AS n
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691
WHERE vpcEndpointId IS NOT NULL GROUP BY vpcEndpointId, vpcEndpointAccountId, eventName, errorCode ORDER BY n DESC, errorCode;

-- What did the assumed role's name look like, taken apart?
SELECT regexp_extract(userIdentity.arn, 'assumed-role/([^/]+)/(.+)$', 1) AS role, regexp_extract(userIdentity.arn, 'assumed-role/([^/]+)/(.+)$', 2) AS session, count(*) AS n
FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691 WHERE userIdentity.type = 'AssumedRole' GROUP BY 1, 2 ORDER BY n DESC, 1, 2 LIMIT 5;
