-- title:  One address fails to sign in as many users
-- why:    A few common passwords are tried against everybody, so that no single user is locked or noticed.
-- attack: T1110.003        level: medium
-- noisy:  offices and proxies whose people share one address
-- source: CloudTrail User Guide, AWS Management Console sign-in events
-- outcome: any
-- param: threshold number = 5 · different users within the window
-- distinct: user >= :threshold within 1h by source
SELECT
  coalesce(useridentity.username, useridentity.arn, useridentity.principalid, useridentity.type) AS user,
  errormessage AS reason,
  sourceipaddress AS source
FROM cloudtrail
WHERE eventsource = 'signin.amazonaws.com'
  AND eventname = 'ConsoleLogin'
  AND json_extract_scalar(responseelements, '$.ConsoleLogin') = 'Failure'
