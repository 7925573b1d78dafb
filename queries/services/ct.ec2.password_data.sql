-- title:  Windows passwords of many instances asked for
-- why:    With the key pair, this is the password of the local administrator. Refused calls are found too: they show somebody trying.
-- attack: T1552.005        level: medium
-- noisy:  people who set up many Windows instances in an hour
-- source: EC2 API Reference, GetPasswordData
-- outcome: any
-- param: threshold number = 10 · instances
-- distinct: instance >= :threshold within 1h by actor
SELECT
  json_extract_scalar(requestparameters, '$.instanceId') AS instance,
  coalesce(useridentity.arn, useridentity.principalid) AS actor,
  errorcode AS error
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname = 'GetPasswordData'
  AND coalesce(errorcode, '') NOT LIKE '%DryRunOperation'
