-- title:  Many settings of buckets enumerated
-- why:    Shows where data is copied to, which sites it serves and whether anybody logs access.
-- attack: T1619        level: low
-- noisy:  tools of other kinds, to be named in `tools`
-- source: S3 API Reference, actions
-- outcome: any
-- param: threshold number = 5 · different calls within the window
-- param: tools list = ["terraform", "opentofu", "pulumi", "cloudformation", "[s3console"] · parts of the user agents of tools that may
-- distinct: call >= :threshold within 10m by actor
SELECT json_extract_scalar(requestparameters, '$.bucketName') AS bucket, coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS actor, eventname AS call, useragent AS agent
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname IN (
    'GetBucketCors', 'GetBucketInventoryConfiguration', 'GetBucketLifecycle', 'GetBucketLifecycleConfiguration', 'GetBucketLogging',
    'GetBucketNotification', 'GetBucketReplication', 'GetBucketRequestPayment', 'GetBucketTagging', 'GetBucketWebsite',
    'GetAccelerateConfiguration', 'GetBucketObjectLockConfiguration', 'ListBucketAnalyticsConfigurations', 'ListBucketMetricsConfigurations'
  )
  AND coalesce(sessioncredentialfromconsole, 'false') <> 'true'
  AND NOT any_match(:tools, tool -> strpos(lower(coalesce(useragent, '')), lower(tool)) > 0)
