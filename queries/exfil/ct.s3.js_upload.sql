-- title:  Script file of a static site written by somebody new
-- why:    One changed script runs in the browser of every visitor.
-- attack: T1491.002        level: medium
-- noisy:  a new deployment role, and the first upload to a new site
-- source: S3 User Guide, hosting a static website; S3 API Reference, PutObject
-- data:   s3
-- first_seen: principal, bucket within 14d
SELECT
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket,
  json_extract_scalar(requestparameters, '$.key') AS object_key,
  coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS principal
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname IN ('PutObject', 'CopyObject', 'CompleteMultipartUpload')
  AND json_extract_scalar(requestparameters, '$.key') LIKE '%.js'
  AND regexp_like(
    json_extract_scalar(requestparameters, '$.key'),
    '(^|/)(static|assets|public|dist|build|js|scripts|bundles|cdn|_next|wp-content)/|^[^/]+$'
  )
