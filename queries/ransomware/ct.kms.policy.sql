-- title:  Key policy replaced
-- why:    The policy says who may use and manage the key. It can let others in, and it can lock you out.
-- attack: T1098        level: medium
-- noisy:  deployments that bring the policy along
-- source: KMS API Reference, PutKeyPolicy; KMS Developer Guide, Key policies
SELECT
  json_extract_scalar(requestparameters, '$.keyId') AS key,
  policy_external_accounts(json_extract_scalar(requestparameters, '$.policy'), recipientaccountid) AS other_accounts,
  policy_is_public(json_extract_scalar(requestparameters, '$.policy')) AS is_public
FROM cloudtrail
WHERE eventsource = 'kms.amazonaws.com'
  AND eventname = 'PutKeyPolicy'
