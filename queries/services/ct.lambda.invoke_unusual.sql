-- title:  Function invoked by a principal that never did
-- why:    Somebody who finds a function runs it by hand to use the rights of its role.
-- attack: T1648        level: medium
-- noisy:  new callers and tests by developers; calls that services make are left out
-- broad:  yes
-- source: Lambda Developer Guide, logging API calls using CloudTrail; CloudTrail User Guide, logging data events
-- data:   lambda
-- first_seen: principal, function_name within 7d
SELECT
  regexp_extract(json_extract_scalar(requestparameters, '$.functionName'), '(?:^|function:)([A-Za-z0-9_-]+)(?::[^:]+)?$', 1) AS function_name,
  coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn, useridentity.accountid) AS principal,
  useridentity.accountid AS caller_account
FROM cloudtrail
WHERE eventsource = 'lambda.amazonaws.com'
  AND eventname = 'Invoke'
