-- title:  Long-term access keys, first and last seen
-- why:    A key that works from many addresses or with many programs may have more than one owner.
-- attack: T1078.004        level: informational
-- noisy:  keys of build systems with changing addresses
-- source: IAM User Guide, manage access keys for IAM users; CloudTrail User Guide, userIdentity element
-- outcome: any
-- services: include
SELECT
  useridentity.accesskeyid AS access_key,
  max(coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn)) AS principal,
  min(eventtime) AS first_time,
  max(eventtime) AS last_time,
  count(*) AS events,
  count_if(errorcode IS NOT NULL) AS errors,
  count(DISTINCT sourceipaddress) AS addresses,
  count(DISTINCT useragent) AS user_agents,
  count(DISTINCT awsregion) AS regions
FROM cloudtrail
WHERE useridentity.accesskeyid LIKE 'AKIA%'
GROUP BY 1
ORDER BY addresses DESC, events DESC, access_key
