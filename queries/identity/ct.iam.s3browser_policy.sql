-- title:  S3 Browser puts its unfinished policy on a user
-- why:    The sample policy was sent as it is: somebody tries out what a found key can do.
-- attack: T1078.004        level: high
-- noisy:  hardly anything
-- source: IAM API Reference, PutUserPolicy
-- outcome: any
SELECT
  json_extract_scalar(requestparameters, '$.userName') AS user,
  json_extract_scalar(requestparameters, '$.policyName') AS policy,
  useragent AS agent
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname = 'PutUserPolicy'
  AND useragent LIKE '%S3 Browser%'
  AND json_extract_scalar(requestparameters, '$.policyDocument') LIKE '%<YOUR-BUCKET-NAME>%'
