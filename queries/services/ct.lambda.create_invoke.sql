-- title:  Function created, then invoked by the same caller
-- why:    A new function with a strong role, run once by hand, is a way to rights the caller does not have.
-- attack: T1648        level: low
-- noisy:  developers who try what they have just made
-- broad:  yes
-- source: Lambda API Reference, CreateFunction, Invoke; CloudTrail User Guide, logging data events
-- data:   lambda
-- sequence: ordered within 1h by actor, function_name
SELECT
  json_extract_scalar(requestparameters, '$.functionName') AS function_name,
  json_extract_scalar(requestparameters, '$.role') AS role_arn,
  useridentity.arn AS actor
FROM cloudtrail
WHERE eventsource = 'lambda.amazonaws.com'
  AND (eventname LIKE 'CreateFunction2%' OR eventname = 'CreateFunction');

SELECT
  regexp_extract(json_extract_scalar(requestparameters, '$.functionName'), '(?:^|function:)([A-Za-z0-9_-]+)(?::[^:]+)?$', 1) AS function_name,
  useridentity.arn AS actor
FROM cloudtrail
WHERE eventsource = 'lambda.amazonaws.com'
  AND eventname = 'Invoke';
