-- title:  Objects copied to a bucket of another account
-- why:    A copy inside S3 moves data out with no download; the new owner keeps it.
-- attack: T1537        level: medium
-- noisy:  shared data lakes and backup accounts, until `known_accounts` names them
-- source: S3 User Guide, copying objects; CloudTrail User Guide, logging data events
-- data:   s3
-- param:  known_accounts list = [] · accounts of yours
SELECT
  json_extract_scalar(requestparameters, '$.bucketName') AS destination,
  json_extract_scalar(requestparameters, '$["x-amz-copy-source"]') AS source_object,
  transform(resources, resource -> resource.accountid) AS accounts
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname IN ('CopyObject', 'UploadPartCopy')
  AND any_match(
    resources,
    resource -> resource.type = 'AWS::S3::Bucket'
      AND resource.accountid <> recipientaccountid
      AND NOT contains(:known_accounts, resource.accountid)
  )
