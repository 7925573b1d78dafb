-- title:  S3 through a VPC endpoint from an address that is not private
-- why:    Calls through an endpoint come from addresses of the VPC. Others come through a proxy or a network that was joined to it.
-- attack: T1048        level: medium
-- noisy:  VPCs with public address blocks: name those in `networks`
-- source: CloudTrail User Guide, Logging network activity events; VPC User Guide, Gateway endpoints for Amazon S3
-- data: network
-- param: networks list = [] · blocks of addresses that are yours
SELECT
  vpcendpointid AS endpoint,
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket,
  json_extract_scalar(requestparameters, '$.key') AS key
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventcategory = 'NetworkActivity'
  AND is_ip_address(sourceipaddress)
  AND NOT is_private_ip(sourceipaddress)
  AND NOT cidr_contains(:networks, sourceipaddress)
