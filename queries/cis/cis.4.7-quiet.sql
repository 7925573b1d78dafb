-- title:  Customer managed key taken away by hand
-- why:    What was encrypted with the key can no longer be read, for good once it is deleted.
-- attack: T1485        level: high
-- noisy:  keys of test environments that are torn down
-- source: CIS AWS Foundations Benchmark 4.7; Security Hub CloudWatch.7
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.keyId'),
    json_extract_scalar(requestparameters, '$.customKeyStoreId')
  ) AS kms_key,
  json_extract_scalar(requestparameters, '$.pendingWindowInDays') AS days_left
FROM cloudtrail
WHERE eventsource = 'kms.amazonaws.com'
  AND eventname IN (
    'DisableKey', 'ScheduleKeyDeletion', 'DeleteImportedKeyMaterial', 'DisconnectCustomKeyStore'
  )
