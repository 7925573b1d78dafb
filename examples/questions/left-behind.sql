SELECT eventtime, eventname,
       coalesce(requestparameters.userName, requestparameters.roleName, requestparameters.groupName) AS target,
       coalesce(responseelements.accessKey.accessKeyId, requestparameters.policyArn, requestparameters.policyName) AS what
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND regexp_like(eventname, '^(Create|Put|Attach|Add|Update)')
  AND errorcode IS NULL
  AND useridentity.arn = :actor
ORDER BY eventtime, eventid
