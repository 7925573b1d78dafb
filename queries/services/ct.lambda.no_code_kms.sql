-- title:  Function created without a key of your own
-- why:    Code and variables are encrypted with a key of AWS, which no key policy of yours restricts.
-- attack: T1552.001        level: low
-- noisy:  every function where customer managed keys are not asked for
-- source: Lambda Developer Guide, data encryption at rest
SELECT
  json_extract_scalar(requestparameters, '$.functionName') AS function_name,
  json_extract_scalar(requestparameters, '$.role') AS role_arn
FROM cloudtrail
WHERE eventsource = 'lambda.amazonaws.com'
  AND (eventname LIKE 'CreateFunction2%' OR eventname = 'CreateFunction')
  AND coalesce(json_extract_scalar(requestparameters, '$.packageType'), 'Zip') = 'Zip'
  AND json_member(requestparameters, 'kmsKeyArn') IS NULL
  AND json_member(requestparameters, 'code', 'sourceKmsKeyArn') IS NULL
