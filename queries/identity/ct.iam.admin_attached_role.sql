-- title:  Administrator rights attached to a role
-- why:    Whoever may assume the role may do everything from now on.
-- attack: T1098.003        level: high
-- noisy:  set-up of new accounts; deployment roles
-- source: IAM API Reference, AttachRolePolicy; AWS Managed Policy Reference, AdministratorAccess
-- param: policies list = ["AdministratorAccess", "IAMFullAccess"] · names of policies that give all rights, or the right to take them
SELECT
  json_extract_scalar(requestparameters, '$.roleName') AS role,
  json_extract_scalar(requestparameters, '$.policyArn') AS policy
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname = 'AttachRolePolicy'
  AND contains(:policies, regexp_extract(json_extract_scalar(requestparameters, '$.policyArn'), '[^/]+$'))
