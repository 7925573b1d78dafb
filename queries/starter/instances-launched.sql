-- title:  Instances launched, by principal and type
-- why:    Large machines started by somebody who never starts any are likely to work for a stranger.
-- attack: T1578.002, T1496        level: medium
-- noisy:  builds and people who launch instances for a living; launches by services are left out
-- source: EC2 API Reference, RunInstances
SELECT
  useridentity.arn,
  coalesce(
    json_extract_scalar(requestparameters, '$.instanceType'),
    json_extract_scalar(responseelements, '$.instancesSet.items[0].instanceType')
  ) AS instance_type,
  awsregion,
  count(*) AS launches,
  min(eventtime) AS first_time,
  max(eventtime) AS last_time
FROM cloudtrail
WHERE eventname = 'RunInstances'
  AND errorcode IS NULL
  AND useridentity.invokedby IS NULL
  AND eventsource = 'ec2.amazonaws.com'
GROUP BY 1, 2, 3
ORDER BY launches DESC
