SELECT eventtime, useridentity.username, sourceipaddress,
       json_extract_scalar(additionaleventdata, '$.MFAUsed') AS mfa_used
FROM cloudtrail
WHERE eventname = 'ConsoleLogin'
  AND useridentity.type IN ('IAMUser', 'Root')
  AND json_extract_scalar(responseelements, '$.ConsoleLogin') = 'Success'
  AND json_extract_scalar(additionaleventdata, '$.MFAUsed') IS DISTINCT FROM 'Yes'
ORDER BY eventtime, eventid
