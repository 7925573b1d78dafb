-- title:  Access logging of a bucket turned off
-- why:    Who reads the bucket is no longer written down, unless data events are recorded as well.
-- attack: T1562.008        level: medium
-- noisy:  buckets that are being taken out of use
-- source: S3 User Guide, logging requests with server access logging; S3 API Reference, PutBucketLogging
SELECT json_extract_scalar(requestparameters, '$.bucketName') AS bucket
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname = 'PutBucketLogging'
  AND json_extract(requestparameters, '$.BucketLoggingStatus') IS NOT NULL
  AND json_extract(requestparameters, '$.BucketLoggingStatus.LoggingEnabled') IS NULL
