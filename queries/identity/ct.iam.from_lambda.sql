-- title:  Lambda function changes IAM
-- why:    Code in a function gives out keys or rights; if it was put there for that, the function is the way in.
-- attack: T1078.004        level: high
-- noisy:  functions that manage identities, to be named in `known_roles`
-- source: Lambda Developer Guide, execution roles; CloudTrail User Guide, userIdentity element; IAM API Reference, actions
-- param: known_roles list = ["KeyRotation"] · execution roles of functions that manage identities
SELECT
  useridentity.sessioncontext.sessionissuer.username AS role,
  useridentity.inscopeof.sourcearn AS function_arn,
  coalesce(
    json_extract_scalar(requestparameters, '$.userName'),
    json_extract_scalar(requestparameters, '$.roleName'),
    json_extract_scalar(requestparameters, '$.groupName'),
    json_extract_scalar(requestparameters, '$.policyArn')
  ) AS target
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname IN (
    'CreateUser', 'CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile', 'AddUserToGroup', 'CreateRole',
    'UpdateAssumeRolePolicy', 'AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy', 'PutUserPolicy', 'PutRolePolicy',
    'PutGroupPolicy', 'CreatePolicyVersion', 'SetDefaultPolicyVersion', 'AddRoleToInstanceProfile'
  )
  AND (useridentity.inscopeof.issuertype = 'AWS::Lambda::Function' OR useragent LIKE '%exec-env/AWS\_Lambda%' ESCAPE '\')
  AND NOT contains(:known_roles, coalesce(useridentity.sessioncontext.sessionissuer.username, ''))
