-- title:  Policy deleted by somebody who does not usually
-- why:    A policy that denied something may be gone.
-- attack: T1562        level: medium
-- noisy:  people who clean up now and then
-- source: IAM API Reference, DeletePolicy
-- first_seen: actor within 7d
SELECT
  json_extract_scalar(requestparameters, '$.policyArn') AS policy,
  coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS actor
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname = 'DeletePolicy'
