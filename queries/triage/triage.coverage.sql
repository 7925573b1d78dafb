-- title:  What the archive covers
-- why:    Before anything is concluded from silence: which accounts, regions and kinds of event are there, and for which days.
-- attack: T1078.004        level: informational
-- noisy:  nothing: it is a map, not a finding
-- source: CloudTrail User Guide, CloudTrail log file name format; record contents
-- outcome: any
-- services: include
SELECT
  recipientaccountid AS account,
  awsregion AS region,
  eventcategory AS category,
  count(*) AS events,
  count(DISTINCT substr(eventtime, 1, 10)) AS days,
  min(eventtime) AS first_time,
  max(eventtime) AS last_time
FROM cloudtrail
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
