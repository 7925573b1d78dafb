-- title:  Many failed console sign-ins for one user
-- why:    Somebody guesses the password of one user, or the names of users from one address.
-- attack: T1110.001        level: medium
-- noisy:  a person who has forgotten a password; a browser that keeps sending an old one
-- source: CloudTrail User Guide, AWS Management Console sign-in events; IAM User Guide, sign-in events without a known user name
-- outcome: any
-- param: threshold number = 5 · failures within the window
-- count: >= :threshold within 15m by account, target
SELECT
  coalesce(useridentity.username, useridentity.arn, useridentity.principalid) AS user,
  errormessage AS reason,
  recipientaccountid AS account,
  -- CloudTrail hides names that the account does not have, so those are counted by address.
  CASE
    WHEN useridentity.username = 'HIDDEN_DUE_TO_SECURITY_REASONS' THEN sourceipaddress
    ELSE coalesce(useridentity.username, useridentity.arn, useridentity.principalid)
  END AS target
FROM cloudtrail
WHERE eventsource = 'signin.amazonaws.com'
  AND eventname = 'ConsoleLogin'
  AND json_extract_scalar(responseelements, '$.ConsoleLogin') = 'Failure'
  AND useridentity.type <> 'Root'
