-- title:  Many secrets read
-- why:    An application reads its own few secrets, again and again. Reading all of them is what a thief does.
-- attack: T1555.006        level: medium
-- noisy:  deployments and scanners that read the secrets of many applications
-- source: Secrets Manager API Reference, GetSecretValue, BatchGetSecretValue
-- param: threshold number = 20 · secrets
-- distinct: secret >= :threshold within 1d by actor
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.secretId'),
    json_format(json_extract(requestparameters, '$.secretIdList')),
    json_extract_scalar(requestparameters, '$.nextToken'),
    json_format(json_extract(requestparameters, '$.filters'))
  ) AS secret,
  coalesce(useridentity.arn, useridentity.principalid) AS actor
FROM cloudtrail
WHERE eventsource = 'secretsmanager.amazonaws.com'
  AND eventname IN ('GetSecretValue', 'BatchGetSecretValue')
