-- title:  Bucket or object ACL opened
-- why:    An access control list gives everybody, or every AWS customer, the right to read or write.
-- attack: T1530        level: high
-- noisy:  sites that still serve objects by ACL; objects show up only where S3 data events are recorded
-- source: S3 User Guide, access control list overview; S3 API Reference, PutBucketAcl, PutObjectAcl
SELECT
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket,
  json_extract_scalar(requestparameters, '$.key') AS object_key,
  json_extract_scalar(requestparameters, '$["x-amz-acl"]') AS canned_acl
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname IN ('PutBucketAcl', 'PutObjectAcl', 'CreateBucket', 'PutObject', 'CopyObject', 'CreateMultipartUpload')
  AND (
    requestparameters LIKE '%/groups/global/AllUsers%'
    OR requestparameters LIKE '%/groups/global/AuthenticatedUsers%'
    OR regexp_like(json_extract(requestparameters, '$["x-amz-acl"]'), '"(public-read|public-read-write|authenticated-read)"')
  )
