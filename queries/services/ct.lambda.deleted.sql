-- title:  Function deleted
-- why:    What it did is not done any more; functions that answer alarms are worth a look first.
-- attack: T1485        level: low
-- noisy:  clean-up by people and by deployments that do not go through CloudFormation
-- source: Lambda API Reference, DeleteFunction
SELECT json_extract_scalar(requestparameters, '$.functionName') AS function_name
FROM cloudtrail
WHERE eventsource = 'lambda.amazonaws.com'
  AND (eventname LIKE 'DeleteFunction2%' OR eventname = 'DeleteFunction')
