-- title:  Objects encrypted with a key of another account
-- why:    The owner of that key can take it away, and with it the data.
-- attack: T1486        level: high
-- noisy:  organizations that keep keys in one account, until `known_accounts` names it
-- source: S3 User Guide, using server-side encryption with AWS KMS keys
-- data:   s3
-- param:  known_accounts list = [] · accounts of yours that keep keys
SELECT
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket,
  json_extract_scalar(requestparameters, '$.key') AS object_key,
  coalesce(
    json_extract_scalar(responseelements, '$["x-amz-server-side-encryption-aws-kms-key-id"]'),
    json_extract_scalar(requestparameters, '$["x-amz-server-side-encryption-aws-kms-key-id"]')
  ) AS kms_key
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname IN ('CopyObject', 'PutObject', 'CreateMultipartUpload')
  AND arn_part(
    coalesce(
      json_extract_scalar(responseelements, '$["x-amz-server-side-encryption-aws-kms-key-id"]'),
      json_extract_scalar(requestparameters, '$["x-amz-server-side-encryption-aws-kms-key-id"]')
    ),
    'account'
  ) <> recipientaccountid
  AND NOT contains(
    :known_accounts,
    arn_part(
      coalesce(
        json_extract_scalar(responseelements, '$["x-amz-server-side-encryption-aws-kms-key-id"]'),
        json_extract_scalar(requestparameters, '$["x-amz-server-side-encryption-aws-kms-key-id"]')
      ),
      'account'
    )
  )
