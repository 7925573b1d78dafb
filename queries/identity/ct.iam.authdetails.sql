-- title:  All of IAM read in one call
-- why:    Users, groups, roles and policies at once: the first thing a tool for privilege escalation asks for.
-- attack: T1087.004        level: medium
-- noisy:  inventory and posture tools, to be named in `known_roles`
-- source: IAM API Reference, GetAccountAuthorizationDetails
-- outcome: any
-- param: known_roles list = ["SecurityAudit"] · roles of inventory and posture tools
SELECT
  coalesce(useridentity.sessioncontext.sessionissuer.username, useridentity.username) AS caller,
  useragent AS agent
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname = 'GetAccountAuthorizationDetails'
  AND NOT contains(:known_roles, coalesce(useridentity.sessioncontext.sessionissuer.username, ''))
