-- title:  Role opened to another account or to everybody
-- why:    Principals of another account can come back at any time, with credentials that this account cannot revoke.
-- attack: T1098.003        level: high
-- noisy:  vendors who work in the account; accounts of your own can be named in `known_accounts`
-- source: IAM API Reference, UpdateAssumeRolePolicy, CreateRole; IAM User Guide, principals of resource-based policies
-- param: known_accounts list = [] · accounts of your own
SELECT
  json_extract_scalar(requestparameters, '$.roleName') AS role,
  array_join(
    policy_external_accounts(
      coalesce(
        json_extract_scalar(requestparameters, '$.policyDocument'),
        json_extract_scalar(requestparameters, '$.assumeRolePolicyDocument')
      ),
      recipientaccountid
    ),
    ', '
  ) AS trusted_accounts
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname IN ('UpdateAssumeRolePolicy', 'CreateRole')
  AND any_match(
    policy_external_accounts(
      coalesce(
        json_extract_scalar(requestparameters, '$.policyDocument'),
        json_extract_scalar(requestparameters, '$.assumeRolePolicyDocument')
      ),
      recipientaccountid
    ),
    trusted -> NOT contains(:known_accounts, trusted)
  )
