-- title:  User of a Bedrock API key acts elsewhere or gets credentials
-- why:    Bedrock makes an IAM user for every long-term API key; nobody looks at it, and it can be given keys and policies like any other.
-- attack: T1078.004, T1098.001        level: high
-- noisy:  nothing that is known: such a user is meant for Bedrock alone
-- source: Bedrock User Guide, API keys; IAM User Guide, API keys for Amazon Bedrock
-- outcome: any
SELECT
  coalesce(json_extract_scalar(requestparameters, '$.userName'), useridentity.username) AS user_name,
  json_extract_scalar(requestparameters, '$.policyArn') AS policy_arn,
  errorcode AS error
FROM cloudtrail
WHERE (
    useridentity.username LIKE 'BedrockAPIKey-%'
    OR json_extract_scalar(requestparameters, '$.userName') LIKE 'BedrockAPIKey-%'
  )
  AND (
    (useridentity.username LIKE 'BedrockAPIKey-%' AND eventsource NOT LIKE 'bedrock%')
    OR (
      eventsource = 'iam.amazonaws.com'
      AND eventname IN ('CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile', 'AddUserToGroup', 'PutUserPolicy')
    )
    OR (
      eventsource = 'iam.amazonaws.com'
      AND eventname = 'AttachUserPolicy'
      AND json_extract_scalar(requestparameters, '$.policyArn') NOT LIKE '%:aws:policy/AmazonBedrock%'
    )
  )
