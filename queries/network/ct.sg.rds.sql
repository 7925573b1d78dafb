-- title:  Database security group changed
-- why:    The group says which addresses and instances reach the database.
-- attack: T1562.007        level: medium
-- noisy:  old databases outside of a VPC and those who look after them
-- source: RDS API Reference, AuthorizeDBSecurityGroupIngress, RevokeDBSecurityGroupIngress
SELECT
  json_extract_scalar(requestparameters, '$.dBSecurityGroupName') AS group_name,
  coalesce(
    json_extract_scalar(requestparameters, '$.cIDRIP'),
    json_extract_scalar(requestparameters, '$.eC2SecurityGroupId'),
    json_extract_scalar(requestparameters, '$.eC2SecurityGroupName')
  ) AS let_in
FROM cloudtrail
WHERE eventsource = 'rds.amazonaws.com'
  AND eventname IN (
    'AuthorizeDBSecurityGroupIngress', 'RevokeDBSecurityGroupIngress', 'CreateDBSecurityGroup', 'DeleteDBSecurityGroup'
  )
