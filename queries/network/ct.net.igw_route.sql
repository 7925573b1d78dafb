-- title:  Route to the internet
-- why:    Subnets of this route table can be reached from the internet, and reach it.
-- attack: T1562.007        level: medium
-- noisy:  public subnets that are being set up
-- source: EC2 API Reference, CreateRoute, ReplaceRoute; VPC User Guide, Internet gateways
SELECT
  json_extract_scalar(requestparameters, '$.routeTableId') AS route_table,
  json_extract_scalar(requestparameters, '$.gatewayId') AS gateway
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname IN ('CreateRoute', 'ReplaceRoute')
  AND json_extract_scalar(requestparameters, '$.gatewayId') LIKE 'igw-%'
  AND (
    json_extract_scalar(requestparameters, '$.destinationCidrBlock') = '0.0.0.0/0'
    OR json_extract_scalar(requestparameters, '$.destinationIpv6CidrBlock') = '::/0'
  )
