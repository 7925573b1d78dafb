-- title:  Console sign-in without a second factor
-- why:    A password alone opened the console. Users of an identity provider are left out: their second factor is asked for elsewhere.
-- attack: T1078.004        level: high
-- noisy:  accounts that do not demand a second factor
-- source: CIS AWS Foundations Benchmark, monitoring of sign-ins without MFA; CloudTrail User Guide, AWS Management Console sign-in events
SELECT
  coalesce(useridentity.username, useridentity.type) AS user,
  useridentity.type AS identity_type,
  useragent AS agent
FROM cloudtrail
WHERE eventsource = 'signin.amazonaws.com'
  AND eventname = 'ConsoleLogin'
  AND useridentity.type IN ('IAMUser', 'Root')
  AND json_extract_scalar(responseelements, '$.ConsoleLogin') = 'Success'
  AND json_extract_scalar(additionaleventdata, '$.MFAUsed') IN ('No', 'no')
