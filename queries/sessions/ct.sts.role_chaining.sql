-- title:  Role assumed from a session of another role
-- why:    One role leads to the next; this step has not been taken lately.
-- attack: T1548, T1550.001        level: medium
-- noisy:  pipelines and organizations that pass through a hub role
-- source: IAM User Guide, role chaining; STS API Reference, AssumeRole
-- first_seen: from_role, to_role within 10d
SELECT
  useridentity.sessioncontext.sessionissuer.arn AS from_role,
  json_extract_scalar(requestparameters, '$.roleArn') AS to_role,
  json_extract_scalar(requestparameters, '$.roleSessionName') AS session
FROM cloudtrail
WHERE eventsource = 'sts.amazonaws.com'
  AND eventname = 'AssumeRole'
  AND useridentity.type = 'AssumedRole'
