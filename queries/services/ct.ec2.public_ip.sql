-- title:  Instance started with a public address
-- why:    The instance can be reached from the internet as far as its security groups let it.
-- attack: T1133        level: medium
-- noisy:  servers that are meant to be public
-- source: EC2 API Reference, RunInstances; VPC User Guide, IP addressing
SELECT
  json_extract_scalar(responseelements, '$.instancesSet.items[0].instanceId') AS instance,
  json_extract_scalar(responseelements, '$.instancesSet.items[0].subnetId') AS subnet
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname = 'RunInstances'
  AND any_match(
    json_items(requestparameters, '$.networkInterfaceSet.items'),
    n -> json_extract_scalar(n, '$.associatePublicIpAddress') = 'true'
  )
