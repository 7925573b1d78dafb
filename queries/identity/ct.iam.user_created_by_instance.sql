-- title:  IAM user created with the role of an instance
-- why:    A machine rarely makes users: its credentials may be in other hands, and a user outlives them.
-- attack: T1136.003        level: high
-- noisy:  build machines that manage IAM, to be named in `known_roles`
-- source: IAM API Reference, CreateUser; IAM User Guide, roles for applications that run on Amazon EC2
-- param: known_roles list = ["IdentityAutomation"] · roles of instances that manage IAM
SELECT
  json_extract_scalar(requestparameters, '$.userName') AS user,
  useridentity.sessioncontext.sessionissuer.username AS role,
  useridentity.arn AS session
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname = 'CreateUser'
  AND (
    regexp_like(useridentity.arn, ':assumed-role/.+/i-[0-9a-f]{8,17}$')
    OR useridentity.sessioncontext.ec2roledelivery IS NOT NULL
  )
  AND NOT contains(:known_roles, coalesce(useridentity.sessioncontext.sessionissuer.username, ''))
