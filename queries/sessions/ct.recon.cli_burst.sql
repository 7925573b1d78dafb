-- title:  Burst of discovery from the command line
-- why:    A script that somebody pasted in runs one list command after the other.
-- attack: T1526, T1580        level: low
-- noisy:  scripts of operators
-- source: AWS CLI User Guide, user agent; CloudTrail User Guide, record contents
-- outcome: any
-- broad: yes
-- param: threshold number = 6 · different calls within the window
-- distinct: service, call >= :threshold within 10s by actor
SELECT coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS actor, eventsource AS service, eventname AS call, useragent AS agent
FROM cloudtrail
WHERE (eventname LIKE 'List%' OR eventname LIKE 'Describe%' OR eventname LIKE 'Get%')
  AND useragent LIKE 'aws-cli/%'
