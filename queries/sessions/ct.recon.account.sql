-- title:  Account and organization looked at by somebody who does not usually
-- why:    Shows which accounts there are, who owns them and where a stolen key is worth most.
-- attack: T1087.004        level: low
-- noisy:  new administrators and new tools
-- source: Organizations API Reference, actions; IAM API Reference, GetAccountSummary, ListAccountAliases; AWS Account Management API Reference, actions
-- outcome: any
-- first_seen: actor within 10d
SELECT coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS actor, eventsource AS service, useragent AS agent
FROM cloudtrail
WHERE eventsource IN ('organizations.amazonaws.com', 'iam.amazonaws.com', 'account.amazonaws.com')
  AND eventname IN (
    'DescribeOrganization', 'DescribeAccount', 'ListAccounts', 'ListAccountsForParent', 'ListChildren', 'ListRoots',
    'ListOrganizationalUnitsForParent', 'ListDelegatedAdministrators', 'ListAWSServiceAccessForOrganization', 'ListPolicies',
    'GetAccountSummary', 'ListAccountAliases', 'GetContactInformation', 'GetAlternateContact', 'GetPrimaryEmail', 'GetAccountInformation'
  )
