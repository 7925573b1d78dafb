-- title:  Function created or its code changed
-- why:    Code that a function runs has the rights of its role, and every event that calls it.
-- attack: T1525, T1648        level: medium
-- noisy:  deployments that do not go through CloudFormation
-- source: Lambda API Reference, UpdateFunctionCode, CreateFunction; Lambda Developer Guide, logging API calls using CloudTrail
SELECT
  json_extract_scalar(requestparameters, '$.functionName') AS function_name,
  json_extract_scalar(responseelements, '$.role') AS role_arn
FROM cloudtrail
WHERE eventsource = 'lambda.amazonaws.com'
  AND (
    eventname LIKE 'UpdateFunctionCode%'
    OR eventname LIKE 'CreateFunction2%'
    OR eventname = 'CreateFunction'
  )
