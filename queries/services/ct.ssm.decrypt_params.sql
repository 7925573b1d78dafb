-- title:  Many secure parameters decrypted
-- why:    SecureString parameters hold passwords and keys. An application reads its own few, again and again.
-- attack: T1555.006        level: medium
-- noisy:  deployments that read all parameters of an application; calls for several parameters count once, see `ct.ssm.decrypt_batches`
-- source: Systems Manager API Reference, GetParameter, GetParameters, GetParametersByPath
-- param: threshold number = 25 · calls for different parameters
-- distinct: parameters >= :threshold within 1h by actor
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.name'),
    json_extract_scalar(requestparameters, '$.path'),
    json_format(json_extract(requestparameters, '$.names'))
  ) AS parameters,
  coalesce(useridentity.arn, useridentity.principalid) AS actor
FROM cloudtrail
WHERE eventsource = 'ssm.amazonaws.com'
  AND eventname IN ('GetParameter', 'GetParameters', 'GetParametersByPath')
  AND json_extract_scalar(requestparameters, '$.withDecryption') = 'true'
