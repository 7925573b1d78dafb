-- title:  Network ACL lets everything in
-- why:    Every protocol and port, from every address: the network ACL no longer protects its subnets.
-- attack: T1562.007        level: high
-- noisy:  networks that are being set up, whose security groups do the work
-- source: EC2 API Reference, CreateNetworkAclEntry, ReplaceNetworkAclEntry
SELECT
  json_extract_scalar(requestparameters, '$.networkAclId') AS network_acl,
  json_extract_scalar(requestparameters, '$.ruleNumber') AS rule_number,
  coalesce(
    json_extract_scalar(requestparameters, '$.cidrBlock'),
    json_extract_scalar(requestparameters, '$.ipv6CidrBlock')
  ) AS block
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname IN ('CreateNetworkAclEntry', 'ReplaceNetworkAclEntry')
  AND json_extract_scalar(requestparameters, '$.ruleAction') = 'allow'
  AND coalesce(json_extract_scalar(requestparameters, '$.egress'), 'false') = 'false'
  AND regexp_like(
    coalesce(
      json_extract_scalar(requestparameters, '$.cidrBlock'),
      json_extract_scalar(requestparameters, '$.ipv6CidrBlock')
    ),
    '/[01]$'
  )
  AND (
    json_extract_scalar(requestparameters, '$.aclProtocol') = '-1'
    OR (
      TRY_CAST(json_extract_scalar(requestparameters, '$.portRange.from') AS integer) <= 1
      AND TRY_CAST(json_extract_scalar(requestparameters, '$.portRange.to') AS integer) = 65535
    )
  )
