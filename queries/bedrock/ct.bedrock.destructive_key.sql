-- title:  API key used destructively
-- why:    A key that is meant for asking models deletes them or their guardrails, or tries to.
-- attack: T1485        level: high
-- noisy:  nothing that is known: such a key is meant for asking models
-- source: Bedrock User Guide, API keys
-- outcome: any
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.guardrailIdentifier'),
    json_extract_scalar(requestparameters, '$.modelIdentifier'),
    json_extract_scalar(requestparameters, '$.provisionedModelId'),
    json_extract_scalar(requestparameters, '$.knowledgeBaseId'),
    json_extract_scalar(requestparameters, '$.agentId')
  ) AS resource,
  useridentity.username AS user_name,
  errorcode AS error
FROM cloudtrail
WHERE eventsource = 'bedrock.amazonaws.com'
  AND eventname LIKE 'Delete%'
  AND useridentity.username LIKE 'BedrockAPIKey-%'
