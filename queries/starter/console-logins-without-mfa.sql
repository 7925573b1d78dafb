-- title:  Console sign-ins without a second factor
-- why:    A password alone opened the console. Users of an identity provider are left out: their second factor is asked for elsewhere.
-- attack: T1078.004        level: high
-- noisy:  accounts that do not demand a second factor
-- source: CIS AWS Foundations Benchmark, monitoring of sign-ins without MFA; CloudTrail User Guide, AWS Management Console sign-in events
SELECT eventtime, recipientaccountid, useridentity.arn, sourceipaddress, useragent
FROM cloudtrail
WHERE eventname = 'ConsoleLogin'
  AND useridentity.type IN ('IAMUser', 'Root')
  AND json_extract_scalar(responseelements, '$.ConsoleLogin') = 'Success'
  AND lower(json_extract_scalar(additionaleventdata, '$.MFAUsed')) = 'no'
ORDER BY eventtime
