-- title:  Objects re-encrypted with a customer-supplied key
-- why:    AWS does not keep a key that the caller supplies: whoever has it decides who reads the objects again.
-- attack: T1486        level: high
-- noisy:  applications that are built on SSE-C; few are
-- source: S3 User Guide, using server-side encryption with customer-provided keys; AWS security blog, unintended encryption of S3 objects
-- data:   s3
-- param:  objects number = 20 · objects written with such keys in an hour
-- count:  >= :objects within 1h by bucket, principal
SELECT
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket,
  json_extract_scalar(requestparameters, '$.key') AS object_key,
  coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn, useridentity.accountid) AS principal
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname IN ('CopyObject', 'PutObject', 'CreateMultipartUpload')
  AND json_extract_scalar(requestparameters, '$["x-amz-server-side-encryption-customer-algorithm"]') IS NOT NULL
