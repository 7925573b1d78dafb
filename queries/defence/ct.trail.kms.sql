-- title:  Key of a trail changed or removed
-- why:    With a key that others hold, or that is deleted later, log files cannot be read. An empty key id takes encryption with a key of your own away.
-- attack: T1562.008        level: medium
-- noisy:  the CloudTrail console, which sends the key id along with every change of a trail
-- source: CloudTrail API Reference, UpdateTrail
SELECT
  json_extract_scalar(requestparameters, '$.name') AS trail,
  json_extract_scalar(requestparameters, '$.kmsKeyId') AS key
FROM cloudtrail
WHERE eventsource = 'cloudtrail.amazonaws.com'
  AND eventname = 'UpdateTrail'
  AND json_extract_scalar(requestparameters, '$.kmsKeyId') IS NOT NULL
