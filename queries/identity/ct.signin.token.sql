-- title:  Console sign-in token made from temporary credentials
-- why:    Keys that were meant for programs are traded for a console session.
-- attack: T1550.001, T1021.007        level: medium
-- noisy:  sign-in portals of the company, to be named in `portal_roles`; the sessions of IAM Identity Center are left out
-- source: IAM User Guide, custom identity broker access to the console; CloudTrail User Guide, AWS Management Console sign-in events
-- param: portal_roles list = ["ConsolePortal"] · roles through which people are given console sessions
SELECT
  coalesce(useridentity.sessioncontext.sessionissuer.username, useridentity.arn) AS role,
  useridentity.accesskeyid AS key,
  useragent AS agent
FROM cloudtrail
WHERE eventsource = 'signin.amazonaws.com'
  AND eventname = 'GetSigninToken'
  AND coalesce(useridentity.sessioncontext.sessionissuer.username, '') NOT LIKE 'AWSReservedSSO\_%' ESCAPE '\'
  AND NOT contains(:portal_roles, coalesce(useridentity.sessioncontext.sessionissuer.username, ''))
