-- title:  Log group without a key of its own
-- why:    The log group is encrypted by CloudWatch Logs alone: whoever may read it needs no right to a key.
-- attack: T1578.005        level: low
-- noisy:  accounts that do not demand keys for log groups
-- source: CloudWatch Logs API Reference, CreateLogGroup; CloudWatch Logs User Guide, Encrypt log data using AWS KMS
SELECT json_extract_scalar(requestparameters, '$.logGroupName') AS log_group
FROM cloudtrail
WHERE eventsource = 'logs.amazonaws.com'
  AND eventname = 'CreateLogGroup'
  AND json_extract_scalar(requestparameters, '$.kmsKeyId') IS NULL
