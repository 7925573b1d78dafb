-- title:  Objects copied out, then deleted
-- why:    Taking a copy and deleting the original is how data is held to ransom.
-- attack: T1537, T1485        level: high
-- noisy:  jobs that move files, until `trusted` names their roles; reads through a VPC endpoint or from a private address are left out
-- broad:  yes
-- source: S3 API Reference, GetObject, CopyObject, DeleteObjects; CloudTrail User Guide, logging data events
-- data:   s3
-- param:  trusted list = [] · ARNs of users and roles that move objects for a living
-- sequence: ordered within 1h by actor, bucket
SELECT
  CASE
    WHEN eventname = 'CopyObject'
      THEN regexp_extract(url_decode(json_extract_scalar(requestparameters, '$["x-amz-copy-source"]')), '^/?([^/]+)/', 1)
    ELSE json_extract_scalar(requestparameters, '$.bucketName')
  END AS bucket,
  json_extract_scalar(requestparameters, '$.key') AS object_key,
  coalesce(useridentity.arn, useridentity.principalid, useridentity.accountid) AS actor
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname IN ('GetObject', 'CopyObject')
  AND NOT contains(:trusted, coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn, ''))
  AND (
    (eventname = 'GetObject' AND vpcendpointid IS NULL AND is_ip_address(sourceipaddress) AND NOT is_private_ip(sourceipaddress))
    OR (
      eventname = 'CopyObject'
      AND regexp_extract(url_decode(json_extract_scalar(requestparameters, '$["x-amz-copy-source"]')), '^/?([^/]+)/', 1)
        <> json_extract_scalar(requestparameters, '$.bucketName')
    )
  );

SELECT
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket,
  json_extract_scalar(requestparameters, '$.key') AS object_key,
  coalesce(useridentity.arn, useridentity.principalid, useridentity.accountid) AS actor
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname IN ('DeleteObject', 'DeleteObjects')
  AND NOT contains(:trusted, coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn, ''));
