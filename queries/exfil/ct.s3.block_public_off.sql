-- title:  Public access block removed
-- why:    Block Public Access is the net under every policy and ACL; a bucket is opened after it is gone.
-- attack: T1562.001        level: high
-- noisy:  buckets set up as public web sites
-- source: S3 User Guide, blocking public access to your S3 storage
SELECT
  coalesce(json_extract_scalar(requestparameters, '$.bucketName'), 'the whole account') AS bucket,
  json_extract(requestparameters, '$.PublicAccessBlockConfiguration') AS configuration
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname IN (
    'DeleteBucketPublicAccessBlock', 'DeleteAccountPublicAccessBlock',
    'PutBucketPublicAccessBlock', 'PutAccountPublicAccessBlock'
  )
  AND (
    eventname LIKE 'Delete%'
    OR json_extract_scalar(requestparameters, '$.PublicAccessBlockConfiguration.BlockPublicAcls') = 'false'
    OR json_extract_scalar(requestparameters, '$.PublicAccessBlockConfiguration.IgnorePublicAcls') = 'false'
    OR json_extract_scalar(requestparameters, '$.PublicAccessBlockConfiguration.BlockPublicPolicy') = 'false'
    OR json_extract_scalar(requestparameters, '$.PublicAccessBlockConfiguration.RestrictPublicBuckets') = 'false'
  )
