-- title:  Security groups changed by hand
-- why:    A rule opens or closes a way to machines and databases.
-- attack: T1562.007        level: low
-- noisy:  people who run networks for a living; load balancers, clusters and other services are left out
-- source: CIS AWS Foundations Benchmark 4.10; Security Hub CloudWatch.10
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.groupId'),
    json_extract_scalar(requestparameters, '$.ModifySecurityGroupRulesRequest.GroupId'),
    json_extract_scalar(responseelements, '$.groupId'),
    json_extract_scalar(requestparameters, '$.groupName')
  ) AS group_id,
  coalesce(
    json_extract(requestparameters, '$.ipPermissions.items'),
    json_extract(requestparameters, '$.ModifySecurityGroupRulesRequest.SecurityGroupRule')
  ) AS rules
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname IN (
    'AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress', 'RevokeSecurityGroupIngress',
    'RevokeSecurityGroupEgress', 'CreateSecurityGroup', 'DeleteSecurityGroup', 'ModifySecurityGroupRules'
  )
