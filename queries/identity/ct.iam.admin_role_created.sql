-- title:  Role created that another account may assume, with administrator rights
-- why:    The other account then holds this one, and no key of this account is needed.
-- attack: T1098.003        level: high
-- noisy:  set-up of new accounts of an organization; accounts of its own can be named in `known_accounts`
-- source: IAM API Reference, CreateRole, AttachRolePolicy; IAM User Guide, cross-account access with roles
-- param: known_accounts list = [] · accounts of your own
-- sequence: ordered within 1h by account, role
SELECT recipientaccountid AS account, json_extract_scalar(requestparameters, '$.roleName') AS role
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname IN ('CreateRole', 'UpdateAssumeRolePolicy')
  AND any_match(
    policy_external_accounts(
      coalesce(
        json_extract_scalar(requestparameters, '$.assumeRolePolicyDocument'),
        json_extract_scalar(requestparameters, '$.policyDocument')
      ),
      recipientaccountid
    ),
    trusted -> NOT contains(:known_accounts, trusted)
  );
SELECT
  recipientaccountid AS account,
  json_extract_scalar(requestparameters, '$.roleName') AS role,
  json_extract_scalar(requestparameters, '$.policyArn') AS policy
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname = 'AttachRolePolicy'
  AND regexp_like(json_extract_scalar(requestparameters, '$.policyArn'), ':policy/(AdministratorAccess|IAMFullAccess)$');
