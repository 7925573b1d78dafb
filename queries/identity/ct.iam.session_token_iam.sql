-- title:  IAM called with the temporary token of a user
-- why:    Few users take a session token before they call IAM; an intruder who has found one does.
-- attack: T1078.004        level: medium
-- noisy:  users whose policies ask for a second factor on the command line; the console is left out
-- source: STS API Reference, GetSessionToken; IAM API Reference, actions
-- outcome: any
-- first_seen: actor within 7d
SELECT useridentity.username AS user, useridentity.accesskeyid AS key, useridentity.arn AS actor
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND useridentity.type = 'IAMUser'
  AND useridentity.accesskeyid LIKE 'ASIA%'
  AND coalesce(sessioncredentialfromconsole, 'false') <> 'true'
