SELECT eventtime, awsregion, eventname, errorcode
FROM cloudtrail
WHERE useridentity.accesskeyid = :key
  AND readonly = 'false'
ORDER BY eventtime, eventid
LIMIT 10
