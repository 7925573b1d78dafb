-- title:  Policy written that allows everything
-- why:    All actions on all resources: administrator rights without the name.
-- attack: T1098.003        level: high
-- noisy:  copies of AdministratorAccess under another name
-- source: IAM API Reference, PutUserPolicy, PutRolePolicy, PutGroupPolicy, CreatePolicy, CreatePolicyVersion; IAM User Guide, grammar of the IAM JSON policy language
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.userName'),
    json_extract_scalar(requestparameters, '$.roleName'),
    json_extract_scalar(requestparameters, '$.groupName')
  ) AS holder,
  coalesce(
    json_extract_scalar(requestparameters, '$.policyArn'),
    json_extract_scalar(requestparameters, '$.policyName')
  ) AS policy
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname IN ('PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy', 'CreatePolicy', 'CreatePolicyVersion')
  AND any_match(
    coalesce(
      json_items(lower(json_extract_scalar(requestparameters, '$.policyDocument')), '$.statement'),
      ARRAY[json_extract(lower(json_extract_scalar(requestparameters, '$.policyDocument')), '$.statement')]
    ),
    statement -> json_extract_scalar(statement, '$.effect') = 'allow'
      AND regexp_like(json_format(json_extract(statement, '$.action')), '"[*]+(:[*]+)?"')
      AND regexp_like(json_format(json_extract(statement, '$.resource')), '"[*]+"')
  )
