-- title:  Customer key disabled or scheduled for deletion
-- why:    What was encrypted with the key can no longer be read; when it is deleted, never again.
-- attack: T1485        level: high
-- noisy:  keys that are retired; the waiting time is 7 to 30 days
-- source: KMS API Reference, DisableKey, ScheduleKeyDeletion; KMS Developer Guide, Delete an AWS KMS key
SELECT
  json_extract_scalar(requestparameters, '$.keyId') AS key,
  json_extract_scalar(requestparameters, '$.pendingWindowInDays') AS days
FROM cloudtrail
WHERE eventsource = 'kms.amazonaws.com'
  AND eventname IN ('DisableKey', 'ScheduleKeyDeletion')
