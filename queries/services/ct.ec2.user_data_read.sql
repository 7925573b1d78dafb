-- title:  User data of many instances read
-- why:    Start-up scripts hold passwords and keys more often than they should.
-- attack: T1552.005, T1580        level: medium
-- noisy:  inventory tools that read every attribute
-- source: EC2 API Reference, DescribeInstanceAttribute
-- param: threshold number = 10 · instances
-- distinct: instance >= :threshold within 1d by actor
SELECT
  json_extract_scalar(requestparameters, '$.instanceId') AS instance,
  coalesce(useridentity.arn, useridentity.principalid) AS actor
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname = 'DescribeInstanceAttribute'
  AND json_extract_scalar(requestparameters, '$.attribute') = 'userData'
