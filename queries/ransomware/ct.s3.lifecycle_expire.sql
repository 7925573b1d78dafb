-- title:  Lifecycle rule that deletes objects within days
-- why:    S3 itself deletes the data, with no delete request in the trail; logs are destroyed this way too.
-- attack: T1485.001        level: medium
-- noisy:  buckets for temporary files, and versions that are kept for a few days
-- source: S3 User Guide, managing the lifecycle of objects; S3 API Reference, PutBucketLifecycleConfiguration
-- param:  days number = 7 · objects that expire within so many days
SELECT
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket,
  json_extract(requestparameters, '$.LifecycleConfiguration.Rule') AS rules
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname IN ('PutBucketLifecycle', 'PutBucketLifecycleConfiguration')
  AND any_match(
    coalesce(
      json_items(requestparameters, '$.LifecycleConfiguration.Rule'),
      ARRAY[json_extract(requestparameters, '$.LifecycleConfiguration.Rule')]
    ),
    rule -> json_extract_scalar(rule, '$.Status') = 'Enabled'
      AND (
        try_cast(json_extract_scalar(rule, '$.Expiration.Days') AS double) <= :days
        OR json_extract_scalar(rule, '$.Expiration.Date') IS NOT NULL
        OR try_cast(json_extract_scalar(rule, '$.NoncurrentVersionExpiration.NoncurrentDays') AS double) <= :days
      )
  )
