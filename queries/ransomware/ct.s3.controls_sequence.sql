-- title:  Several protections removed from one bucket
-- why:    One switched-off setting is work; two in a row on one bucket are preparation.
-- attack: T1490, T1562        level: high
-- noisy:  buckets that are emptied before they are deleted
-- source: S3 User Guide, security best practices for Amazon S3
-- param:  controls number = 2 · different protections of one bucket
-- distinct: control >= :controls within 90m by bucket
SELECT
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket,
  CASE
    WHEN eventname = 'PutBucketVersioning' THEN 'versioning suspended'
    WHEN eventname = 'PutBucketLogging' THEN 'logging off'
    WHEN eventname = 'PutBucketObjectLockConfiguration' THEN 'object lock off'
    WHEN eventname LIKE '%PublicAccessBlock' THEN 'public access block off'
    ELSE eventname
  END AS control
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname IN (
    'DeleteBucketEncryption', 'DeleteBucketReplication', 'DeleteBucketPolicy', 'DeleteBucketPublicAccessBlock',
    'PutBucketVersioning', 'PutBucketLogging', 'PutBucketObjectLockConfiguration', 'PutBucketPublicAccessBlock'
  )
  AND (
    eventname LIKE 'Delete%'
    OR json_extract_scalar(requestparameters, '$.VersioningConfiguration.Status') = 'Suspended'
    OR (
      eventname = 'PutBucketLogging'
      AND json_extract(requestparameters, '$.BucketLoggingStatus.LoggingEnabled') IS NULL
    )
    OR (
      eventname = 'PutBucketObjectLockConfiguration'
      AND json_extract(requestparameters, '$.ObjectLockConfiguration.Rule') IS NULL
    )
    OR json_extract_scalar(requestparameters, '$.PublicAccessBlockConfiguration.BlockPublicAcls') = 'false'
    OR json_extract_scalar(requestparameters, '$.PublicAccessBlockConfiguration.IgnorePublicAcls') = 'false'
    OR json_extract_scalar(requestparameters, '$.PublicAccessBlockConfiguration.BlockPublicPolicy') = 'false'
    OR json_extract_scalar(requestparameters, '$.PublicAccessBlockConfiguration.RestrictPublicBuckets') = 'false'
  )
