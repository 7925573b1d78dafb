-- title:  Many different read calls within a minute
-- why:    A tool lists whatever there is in the account.
-- attack: T1526        level: medium
-- noisy:  inventory tools, and infrastructure as code that refreshes its state; the console is left out
-- source: CloudTrail User Guide, record contents
-- outcome: any
-- broad: yes
-- param: threshold number = 20 · different calls within the window
-- distinct: service, call >= :threshold within 1m by actor
SELECT coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS actor, eventsource AS service, eventname AS call, useragent AS agent
FROM cloudtrail
WHERE (eventname LIKE 'List%' OR eventname LIKE 'Describe%' OR eventname LIKE 'Get%')
  AND coalesce(sessioncredentialfromconsole, 'false') <> 'true'
