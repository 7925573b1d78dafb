-- title:  Event names, newest first
-- why:    What the account never did before, and who did it first.
-- attack: T1078.004        level: informational
-- noisy:  the first days of an archive, in which everything is new
-- source: CloudTrail User Guide, record contents, eventName
-- outcome: any
-- services: include
SELECT
  eventsource AS service,
  eventname AS event_name,
  min(eventtime) AS first_time,
  max(eventtime) AS last_time,
  count(*) AS events,
  count(DISTINCT useridentity.arn) AS principals,
  min_by(useridentity.arn, eventtime) AS first_by
FROM cloudtrail
GROUP BY 1, 2
ORDER BY first_time DESC, service, event_name
