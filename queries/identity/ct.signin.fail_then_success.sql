-- title:  Console sign-in after several failures
-- why:    Three failures and then a success for one user: a guess that worked.
-- attack: T1110, T1078.004        level: high
-- noisy:  a person who remembers the password at the fourth try
-- source: CloudTrail User Guide, AWS Management Console sign-in events
-- outcome: any
-- sequence: ordered within 1h by account, user
SELECT coalesce(useridentity.username, useridentity.arn) AS user, recipientaccountid AS account
FROM cloudtrail
WHERE eventsource = 'signin.amazonaws.com'
  AND eventname = 'ConsoleLogin'
  AND json_extract_scalar(responseelements, '$.ConsoleLogin') = 'Failure';
SELECT coalesce(useridentity.username, useridentity.arn) AS user, recipientaccountid AS account
FROM cloudtrail
WHERE eventsource = 'signin.amazonaws.com'
  AND eventname = 'ConsoleLogin'
  AND json_extract_scalar(responseelements, '$.ConsoleLogin') = 'Failure';
SELECT coalesce(useridentity.username, useridentity.arn) AS user, recipientaccountid AS account
FROM cloudtrail
WHERE eventsource = 'signin.amazonaws.com'
  AND eventname = 'ConsoleLogin'
  AND json_extract_scalar(responseelements, '$.ConsoleLogin') = 'Failure';
SELECT coalesce(useridentity.username, useridentity.arn) AS user, recipientaccountid AS account
FROM cloudtrail
WHERE eventsource = 'signin.amazonaws.com'
  AND eventname = 'ConsoleLogin'
  AND json_extract_scalar(responseelements, '$.ConsoleLogin') = 'Success';
