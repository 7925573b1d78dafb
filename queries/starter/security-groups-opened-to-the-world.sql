-- title:  Security groups opened to every address
-- why:    The port can be reached from anywhere, by everybody who scans for it.
-- attack: T1562.007        level: high
-- noisy:  web servers that are meant to be public
-- source: EC2 API Reference, AuthorizeSecurityGroupIngress, ModifySecurityGroupRules
SELECT
  eventtime,
  recipientaccountid,
  awsregion,
  useridentity.arn,
  coalesce(
    json_extract_scalar(requestparameters, '$.groupId'),
    json_extract_scalar(requestparameters, '$.ModifySecurityGroupRulesRequest.GroupId')
  ) AS group_id,
  json_extract_scalar(requestparameters, '$.ipPermissions.items[0].fromPort') AS from_port,
  json_extract_scalar(requestparameters, '$.ipPermissions.items[0].toPort') AS to_port
FROM cloudtrail
WHERE eventname IN ('AuthorizeSecurityGroupIngress', 'ModifySecurityGroupRules')
  AND errorcode IS NULL
  AND (requestparameters LIKE '%"0.0.0.0/0"%' OR requestparameters LIKE '%"::/0"%')
ORDER BY eventtime
