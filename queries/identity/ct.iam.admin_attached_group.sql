-- title:  Administrator rights attached to a group
-- why:    All members of the group may do everything from now on.
-- attack: T1098.003        level: high
-- noisy:  groups of administrators
-- source: IAM API Reference, AttachGroupPolicy; AWS Managed Policy Reference, AdministratorAccess
-- param: policies list = ["AdministratorAccess", "IAMFullAccess"] · names of policies that give all rights, or the right to take them
SELECT
  json_extract_scalar(requestparameters, '$.groupName') AS group_name,
  json_extract_scalar(requestparameters, '$.policyArn') AS policy
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname = 'AttachGroupPolicy'
  AND contains(:policies, regexp_extract(json_extract_scalar(requestparameters, '$.policyArn'), '[^/]+$'))
