-- title:  Mail service looked over
-- why:    Shows whether mail can be sent in the name of the company, how much, and from which domains: a key is often stolen for that.
-- attack: T1580        level: medium
-- noisy:  people who set up mail
-- source: SES API Reference, GetSendQuota, ListIdentities, GetIdentityVerificationAttributes, GetAccountSendingEnabled; SES API v2 Reference, GetAccount
-- outcome: any
-- param: threshold number = 3 · different calls within the window
-- distinct: call >= :threshold within 1h by actor
SELECT coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS actor, eventname AS call, useragent AS agent
FROM cloudtrail
WHERE eventsource = 'ses.amazonaws.com'
  AND eventname IN (
    'GetSendQuota', 'GetSendStatistics', 'ListIdentities', 'ListVerifiedEmailAddresses', 'GetIdentityVerificationAttributes',
    'GetAccountSendingEnabled', 'GetAccount', 'ListEmailIdentities', 'GetEmailIdentity'
  )
