-- title:  Principals, first and last seen
-- why:    Who is there at all, who is new, and who stands out by errors, addresses or changes.
-- attack: T1078.004        level: informational
-- noisy:  services come first, as they ask most
-- source: CloudTrail User Guide, userIdentity element
-- outcome: any
-- services: include
SELECT
  coalesce(
    useridentity.sessioncontext.sessionissuer.arn,
    useridentity.arn,
    useridentity.invokedby,
    useridentity.accountid,
    useridentity.type
  ) AS principal,
  useridentity.type AS kind,
  min(eventtime) AS first_time,
  max(eventtime) AS last_time,
  count(*) AS events,
  count_if(errorcode IS NOT NULL) AS errors,
  count_if(readonly = 'false') AS changes,
  count(DISTINCT sourceipaddress) AS addresses,
  count(DISTINCT awsregion) AS regions,
  count(DISTINCT eventsource) AS services
FROM cloudtrail
GROUP BY 1, 2
ORDER BY events DESC, principal
