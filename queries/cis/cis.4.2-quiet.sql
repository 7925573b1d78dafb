-- title:  Console sign-in without MFA, root included
-- why:    A password alone opened the console.
-- attack: T1078.004        level: high
-- noisy:  accounts that do not demand a second factor
-- source: CIS AWS Foundations Benchmark 4.2; Security Hub CloudWatch.3; CloudTrail User Guide, AWS Management Console sign-in events
SELECT
  coalesce(useridentity.username, useridentity.type) AS user_name,
  json_extract_scalar(additionaleventdata, '$.LoginTo') AS login_to
FROM cloudtrail
WHERE eventsource = 'signin.amazonaws.com'
  AND eventname = 'ConsoleLogin'
  AND useridentity.type IN ('IAMUser', 'Root')
  AND json_extract_scalar(responseelements, '$.ConsoleLogin') = 'Success'
  AND lower(json_extract_scalar(additionaleventdata, '$.MFAUsed')) = 'no'
