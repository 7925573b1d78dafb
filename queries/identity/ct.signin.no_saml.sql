-- title:  Console sign-in that went round the identity provider
-- why:    An IAM user signed in with a password, where people are expected to come through single sign-on.
-- attack: T1078.004        level: medium
-- noisy:  accounts that use IAM users by choice; break-glass users, to be named in `allowed_users`
-- source: CloudTrail User Guide, AWS Management Console sign-in events; IAM User Guide, SAML 2.0 federation
-- param: allowed_users list = ["break-glass"] · IAM users who may sign in with a password
SELECT useridentity.username AS user, json_extract_scalar(additionaleventdata, '$.MFAUsed') AS mfa_used
FROM cloudtrail
WHERE eventsource = 'signin.amazonaws.com'
  AND eventname = 'ConsoleLogin'
  AND useridentity.type = 'IAMUser'
  AND json_extract_scalar(responseelements, '$.ConsoleLogin') = 'Success'
  AND json_extract_scalar(additionaleventdata, '$.SamlProviderArn') IS NULL
  AND NOT contains(:allowed_users, coalesce(useridentity.username, ''))
