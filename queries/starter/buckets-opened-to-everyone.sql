-- title:  Buckets opened to everyone
-- why:    A policy or an access list lets anybody on the internet in.
-- attack: T1530        level: high
-- noisy:  buckets behind public web sites; a policy that lets one account in and turns everyone away otherwise
-- source: S3 User Guide, the meaning of "public"; S3 API Reference, PutBucketPolicy, PutBucketAcl
SELECT
  eventtime,
  recipientaccountid,
  useridentity.arn,
  sourceipaddress,
  eventname,
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND errorcode IS NULL
  AND (
    (eventname = 'PutBucketPolicy' AND requestparameters LIKE '%"Allow"%' AND requestparameters LIKE '%"Principal":%"*"%')
    OR (eventname = 'PutBucketAcl' AND (requestparameters LIKE '%/AllUsers"%' OR requestparameters LIKE '%"public-read%'))
  )
ORDER BY eventtime
