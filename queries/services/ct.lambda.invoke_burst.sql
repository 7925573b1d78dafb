-- title:  Function invoked very often by one principal
-- why:    A burst of calls runs up the bill, guesses at inputs or drains what stands behind the function.
-- attack: T1496        level: medium
-- noisy:  busy web front ends; raise `calls` above their usual load
-- broad:  yes
-- source: Lambda Developer Guide, logging API calls using CloudTrail; CloudTrail User Guide, logging data events
-- data:   lambda
-- param:  calls number = 1000 · calls of one function by one principal in ten minutes
-- count:  >= :calls within 10m by principal, function_name
SELECT
  regexp_extract(json_extract_scalar(requestparameters, '$.functionName'), '(?:^|function:)([A-Za-z0-9_-]+)(?::[^:]+)?$', 1) AS function_name,
  coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn, useridentity.accountid) AS principal
FROM cloudtrail
WHERE eventsource = 'lambda.amazonaws.com'
  AND eventname = 'Invoke'
