-- title:  GetCallerIdentity by somebody who does not usually
-- why:    The first thing to do with a key that was found: ask whose it is.
-- attack: T1033, T1087.004        level: medium
-- noisy:  tools that make this call when they start, run for the first time
-- source: STS API Reference, GetCallerIdentity
-- outcome: any
-- first_seen: actor within 10d
SELECT coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS actor, useridentity.accesskeyid AS key, useragent AS agent
FROM cloudtrail
WHERE eventsource = 'sts.amazonaws.com'
  AND eventname = 'GetCallerIdentity'
