-- title:  Many objects deleted
-- why:    Data is destroyed, often after a copy was taken for ransom.
-- attack: T1485        level: high
-- noisy:  clean-up jobs, builds and logs that rotate; raise `objects` for them. A DeleteObjects request does not list its objects: their number is estimated from its size
-- source: S3 API Reference, DeleteObject, DeleteObjects; CloudTrail User Guide, logging data events
-- data:   s3
-- param:  objects number = 50 · objects of one bucket deleted by one principal in an hour
-- sum:    objects >= :objects within 1h by bucket, principal
SELECT
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket,
  coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn, useridentity.accountid) AS principal,
  CASE
    WHEN eventname = 'DeleteObjects'
      THEN greatest(1, coalesce(try_cast(json_extract_scalar(additionaleventdata, '$.bytesTransferredIn') AS double), 0) / 150)
    ELSE 1
  END AS objects
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname IN ('DeleteObject', 'DeleteObjects')
