-- title:  Secure parameters decrypted in large batches
-- why:    Ten parameters a call, call after call: this is how a tool empties the parameter store.
-- attack: T1555.006        level: medium
-- noisy:  deployments that read all parameters of several applications
-- source: Systems Manager API Reference, GetParameters, GetParametersByPath
-- param: threshold number = 4 · different batches
-- distinct: batch >= :threshold within 10m by actor
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.nextToken'),
    json_extract_scalar(requestparameters, '$.path'),
    json_format(json_extract(requestparameters, '$.names'))
  ) AS batch,
  coalesce(useridentity.arn, useridentity.principalid) AS actor
FROM cloudtrail
WHERE eventsource = 'ssm.amazonaws.com'
  AND eventname IN ('GetParameters', 'GetParametersByPath')
  AND json_extract_scalar(requestparameters, '$.withDecryption') = 'true'
  AND (eventname = 'GetParametersByPath' OR json_array_length(json_extract(requestparameters, '$.names')) >= 8)
