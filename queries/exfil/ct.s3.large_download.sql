-- title:  Large download from S3
-- why:    Much data left in a short time through one principal.
-- attack: T1530        level: medium
-- noisy:  analytics, backups and media sites; raise `bytes` above their usual hour
-- broad:  yes
-- source: CloudTrail User Guide, logging data events; S3 User Guide, CloudTrail log file entries
-- data:   s3
-- param:  bytes number = 10000000000 · bytes of one principal in an hour
-- sum:    bytes >= :bytes within 1h by principal
SELECT
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket,
  coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn, useridentity.accountid) AS principal,
  try_cast(json_extract_scalar(additionaleventdata, '$.bytesTransferredOut') AS double) AS bytes
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname = 'GetObject'
  AND try_cast(json_extract_scalar(additionaleventdata, '$.bytesTransferredOut') AS double) > 0
