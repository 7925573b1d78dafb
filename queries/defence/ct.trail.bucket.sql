-- title:  Log files of a trail sent elsewhere
-- why:    From now on the log files are written to another bucket or prefix, where nobody may look for them.
-- attack: T1562.008        level: medium
-- noisy:  the CloudTrail console, which sends the bucket along with every change of a trail: name your buckets in `known`
-- source: CloudTrail API Reference, UpdateTrail
-- param: known list = [] · buckets that trails may write to
SELECT
  json_extract_scalar(requestparameters, '$.name') AS trail,
  json_extract_scalar(requestparameters, '$.s3BucketName') AS bucket,
  json_extract_scalar(requestparameters, '$.s3KeyPrefix') AS prefix
FROM cloudtrail
WHERE eventsource = 'cloudtrail.amazonaws.com'
  AND eventname = 'UpdateTrail'
  AND coalesce(
    json_extract_scalar(requestparameters, '$.s3BucketName'),
    json_extract_scalar(requestparameters, '$.s3KeyPrefix')
  ) IS NOT NULL
  AND NOT contains(:known, coalesce(json_extract_scalar(requestparameters, '$.s3BucketName'), ''))
