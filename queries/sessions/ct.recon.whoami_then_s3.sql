-- title:  Identity asked, then buckets listed
-- why:    The usual first two commands with a key that was found.
-- attack: T1580        level: medium
-- noisy:  people who begin a session by hand
-- source: STS API Reference, GetCallerIdentity; S3 API Reference, ListBuckets
-- outcome: any
-- sequence: ordered within 5m by key, source
SELECT useridentity.accesskeyid AS key, sourceipaddress AS source, useridentity.arn AS owner
FROM cloudtrail
WHERE eventsource = 'sts.amazonaws.com' AND eventname = 'GetCallerIdentity';
SELECT useridentity.accesskeyid AS key, sourceipaddress AS source, useridentity.arn AS owner
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com' AND eventname = 'ListBuckets';
