-- title:  Second factor refused again and again
-- why:    The password was right and the second factor was not: somebody else may know the password.
-- attack: T1621        level: medium
-- noisy:  a phone whose clock is wrong; a person who has several devices
-- source: CloudTrail User Guide, AWS Management Console sign-in events
-- outcome: any
-- param: threshold number = 2 · refusals within the window
-- count: >= :threshold within 15m by account, user
SELECT coalesce(useridentity.username, useridentity.type) AS user, recipientaccountid AS account, errormessage AS reason
FROM cloudtrail
WHERE eventsource = 'signin.amazonaws.com'
  AND eventname IN ('ConsoleLogin', 'CheckMfa')
  AND (
    json_extract_scalar(responseelements, '$.CheckMfa') = 'Failure'
    OR (
      json_extract_scalar(responseelements, '$.ConsoleLogin') = 'Failure'
      AND json_extract_scalar(additionaleventdata, '$.MFAUsed') IN ('Yes', 'yes')
    )
  )
