-- title:  Administrator rights attached to a user
-- why:    The user may do everything from now on.
-- attack: T1098.003        level: high
-- noisy:  administrators who are IAM users
-- source: IAM API Reference, AttachUserPolicy; AWS Managed Policy Reference, AdministratorAccess
-- param: policies list = ["AdministratorAccess", "IAMFullAccess"] · names of policies that give all rights, or the right to take them
SELECT
  json_extract_scalar(requestparameters, '$.userName') AS user,
  json_extract_scalar(requestparameters, '$.policyArn') AS policy
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname = 'AttachUserPolicy'
  AND contains(:policies, regexp_extract(json_extract_scalar(requestparameters, '$.policyArn'), '[^/]+$'))
