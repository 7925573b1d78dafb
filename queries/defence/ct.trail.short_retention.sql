-- title:  Log files of a trail expire within days
-- why:    A lifecycle rule deletes what a trail wrote, without a single call of DeleteObject.
-- attack: T1562.008        level: medium
-- noisy:  buckets of short-lived logs whose name looks like that of a trail: name your trail buckets in `buckets`
-- source: S3 API Reference, PutBucketLifecycleConfiguration; CloudTrail User Guide, Amazon S3 bucket policy for CloudTrail
-- param: buckets list = [] · buckets that trails write to; when empty, the name decides
-- param: days number = 30 · so many days or fewer are too few
SELECT
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket,
  json_extract(requestparameters, '$.LifecycleConfiguration.Rule') AS rules
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname LIKE 'PutBucketLifecycle%'
  AND (
    contains(:buckets, json_extract_scalar(requestparameters, '$.bucketName'))
    OR (
      cardinality(:buckets) = 0
      AND regexp_like(lower(json_extract_scalar(requestparameters, '$.bucketName')), 'trail|audit|controltower-logs|security-?lake')
    )
  )
  -- One rule is written as an object, several as an array.
  AND any_match(
    json_elements(json_extract(requestparameters, '$.LifecycleConfiguration.Rule')),
    r -> json_extract_scalar(r, '$.Status') = 'Enabled'
      AND TRY_CAST(json_extract_scalar(r, '$.Expiration.Days') AS integer) <= :days
  )
