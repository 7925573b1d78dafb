-- title:  Trails created or changed
-- why:    A second trail can carry a copy of the logs into a bucket of somebody else, and a change can take them out of yours.
-- attack: T1530        level: low
-- noisy:  accounts being set up, and infrastructure as code
-- source: CloudTrail API Reference, CreateTrail, UpdateTrail
SELECT
  json_extract_scalar(requestparameters, '$.name') AS trail,
  json_extract_scalar(requestparameters, '$.s3BucketName') AS bucket,
  json_extract_scalar(requestparameters, '$.kmsKeyId') AS key
FROM cloudtrail
WHERE eventsource = 'cloudtrail.amazonaws.com'
  AND eventname IN ('CreateTrail', 'UpdateTrail')
