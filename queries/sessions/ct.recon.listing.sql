-- title:  Very many List calls
-- why:    A tool walks through the account.
-- attack: T1526        level: low
-- noisy:  inventory tools, and infrastructure as code that refreshes its state; the console is left out
-- broad:  yes
-- source: CloudTrail User Guide, record contents
-- outcome: any
-- param: threshold number = 50 · calls within the window
-- count: >= :threshold within 10m by actor
SELECT coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS actor, eventsource AS service, useragent AS agent
FROM cloudtrail
WHERE eventname LIKE 'List%'
  AND coalesce(sessioncredentialfromconsole, 'false') <> 'true'
