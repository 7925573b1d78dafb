-- title:  Addresses, first and last seen
-- why:    The newest addresses come first; one that many principals share is an office, a gateway, or an intruder with many keys.
-- attack: T1078.004        level: informational
-- noisy:  home offices and phones, which change their address often
-- source: CloudTrail User Guide, record contents, sourceIPAddress
-- outcome: any
-- services: include
SELECT
  sourceipaddress AS address,
  min(eventtime) AS first_time,
  max(eventtime) AS last_time,
  count(*) AS events,
  count_if(errorcode IS NOT NULL) AS errors,
  count_if(readonly = 'false') AS changes,
  count(DISTINCT coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn, useridentity.invokedby, useridentity.accountid, useridentity.type)) AS principals,
  min(useragent) AS a_user_agent
FROM cloudtrail
WHERE is_ip_address(sourceipaddress)
GROUP BY 1
ORDER BY first_time DESC, address
