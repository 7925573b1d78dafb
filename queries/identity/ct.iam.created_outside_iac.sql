-- title:  IAM user, role, group or policy made by hand
-- why:    Where identities are declared in code, one that is not will not be reviewed either.
-- attack: T1136.003        level: low
-- noisy:  accounts that do not declare identities in code; other tools, to be named in `tools`
-- source: IAM API Reference, CreateUser, CreateRole, CreateGroup, CreatePolicy
-- param: tools list = ["terraform", "opentofu", "pulumi", "cloudformation", "aws-cdk", "ansible", "crossplane"] · parts of the user agents of tools that may
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.userName'),
    json_extract_scalar(requestparameters, '$.roleName'),
    json_extract_scalar(requestparameters, '$.groupName'),
    json_extract_scalar(requestparameters, '$.policyName'),
    json_extract_scalar(requestparameters, '$.instanceProfileName')
  ) AS name,
  useragent AS agent
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname IN ('CreateUser', 'CreateRole', 'CreateGroup', 'CreatePolicy', 'CreateInstanceProfile')
  AND NOT any_match(:tools, tool -> strpos(lower(coalesce(useragent, '')), lower(tool)) > 0)
