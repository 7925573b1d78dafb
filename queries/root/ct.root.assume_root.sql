-- title:  Root of a member account assumed
-- why:    A session of the management account may act as root of a member account; this caller has not done so for this account lately.
-- attack: T1548.005        level: high
-- noisy:  a planned task of those who manage the organization
-- source: STS API Reference, AssumeRoot; IAM User Guide, centrally manage root access for member accounts
-- first_seen: actor, target_account within 7d
SELECT
  json_extract_scalar(requestparameters, '$.targetPrincipal') AS target_account,
  json_extract_scalar(requestparameters, '$.taskPolicyArn.arn') AS task,
  coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS actor
FROM cloudtrail
WHERE eventsource = 'sts.amazonaws.com'
  AND eventname = 'AssumeRoot'
