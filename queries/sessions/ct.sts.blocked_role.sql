-- title:  Role assumed that should lie idle
-- why:    Roles that give everything are for emergencies and set-up.
-- attack: T1548        level: high
-- noisy:  set-up of accounts; put the roles of your own in `roles`
-- source: Organizations User Guide, accessing member accounts; Control Tower User Guide, roles; STS API Reference, AssumeRole
-- param: roles list = ["OrganizationAccountAccessRole", "AWSControlTowerExecution", "break-glass"] · names of roles that nobody should assume
SELECT
  json_extract_scalar(requestparameters, '$.roleArn') AS role,
  json_extract_scalar(requestparameters, '$.roleSessionName') AS session
FROM cloudtrail
WHERE eventsource = 'sts.amazonaws.com'
  AND eventname IN ('AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity')
  AND contains(:roles, regexp_extract(json_extract_scalar(requestparameters, '$.roleArn'), '[^/]+$'))
