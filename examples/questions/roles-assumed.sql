SELECT min(eventtime) AS time,
       coalesce(max(useridentity.username), max(useridentity.arn), max(useridentity.principalid)) AS who,
       max(useridentity.accountid) AS from_account,
       max(requestparameters.roleArn) AS role,
       max(sourceipaddress) AS address
FROM cloudtrail
WHERE eventname LIKE 'AssumeRole%'
  AND useridentity.type <> 'AWSService'
  AND errorcode IS NULL
GROUP BY coalesce(sharedeventid, eventid)
ORDER BY time, role
LIMIT 10
