-- title:  Password of a user set, then a sign-in as that user from the same address
-- why:    The password was not set for its owner but by whoever now uses it.
-- attack: T1098, T1078.004        level: high
-- noisy:  help desks and users behind one outgoing address
-- source: IAM API Reference, UpdateLoginProfile, CreateLoginProfile; CloudTrail User Guide, AWS Management Console sign-in events
-- sequence: ordered within 1h by account, user, source
SELECT
  recipientaccountid AS account,
  json_extract_scalar(requestparameters, '$.userName') AS user,
  sourceipaddress AS source
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname IN ('UpdateLoginProfile', 'CreateLoginProfile')
  AND coalesce(useridentity.username, '') <> json_extract_scalar(requestparameters, '$.userName');
SELECT recipientaccountid AS account, useridentity.username AS user, sourceipaddress AS source
FROM cloudtrail
WHERE eventsource = 'signin.amazonaws.com'
  AND eventname = 'ConsoleLogin'
  AND json_extract_scalar(responseelements, '$.ConsoleLogin') = 'Success';
