-- title:  Failed console sign-ins, by user and address
-- why:    One address that fails for many users, or one user who fails again and again, is somebody guessing passwords.
-- attack: T1110        level: low
-- noisy:  people mistype; a name the account does not have fails with another message and is not counted
-- source: CloudTrail User Guide, AWS Management Console sign-in events
SELECT useridentity.arn, sourceipaddress, count(*) AS n
FROM cloudtrail
WHERE eventname = 'ConsoleLogin' AND errormessage LIKE '%Failed%'
GROUP BY 1, 2
ORDER BY n DESC
