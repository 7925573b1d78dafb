-- title:  Bucket policy opened to everyone
-- why:    The policy lets anybody on the internet in, with no condition that holds them to known accounts or networks.
-- attack: T1537, T1530        level: high
-- noisy:  buckets behind public web sites; buckets that Block Public Access keeps closed all the same
-- source: S3 User Guide, the meaning of "public"; S3 API Reference, PutBucketPolicy
SELECT
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket,
  json_extract(requestparameters, '$.bucketPolicy') AS policy
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname = 'PutBucketPolicy'
  AND policy_is_public(json_extract(requestparameters, '$.bucketPolicy'))
