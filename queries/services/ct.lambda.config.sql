-- title:  Layers, role, handler or environment of a function changed
-- why:    A layer or a variable brings foreign code into a function whose own code stays the same.
-- attack: T1525        level: medium
-- noisy:  deployments that do not go through CloudFormation, and any change of a function that has layers
-- source: Lambda API Reference, UpdateFunctionConfiguration; Lambda Developer Guide, layers
SELECT
  json_extract_scalar(requestparameters, '$.functionName') AS function_name,
  coalesce(json_extract(requestparameters, '$.layers'), json_extract(responseelements, '$.layers')) AS layers,
  json_extract_scalar(requestparameters, '$.role') AS role_arn,
  json_extract_scalar(requestparameters, '$.handler') AS handler
FROM cloudtrail
WHERE eventsource = 'lambda.amazonaws.com'
  AND eventname LIKE 'UpdateFunctionConfiguration%'
  AND (
    json_extract(requestparameters, '$.layers') IS NOT NULL
    OR json_extract(responseelements, '$.layers') IS NOT NULL
    OR json_extract(requestparameters, '$.environment') IS NOT NULL
    OR json_extract(requestparameters, '$.role') IS NOT NULL
    OR json_extract(requestparameters, '$.handler') IS NOT NULL
    OR json_extract(requestparameters, '$.imageConfig') IS NOT NULL
  )
