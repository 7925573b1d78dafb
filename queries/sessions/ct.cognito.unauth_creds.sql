-- title:  Credentials given to an unknown identity of a Cognito pool
-- why:    Whoever knows the id of the pool gets credentials of the account; this pool has not been asked lately.
-- attack: T1078.004        level: medium
-- noisy:  applications that let guests in
-- source: Cognito Developer Guide, identity pools unauthenticated identities, logging with CloudTrail
-- first_seen: account, pool within 7d
SELECT
  coalesce(json_extract_scalar(requestparameters, '$.identityPoolId'), awsregion) AS pool,
  json_extract_scalar(requestparameters, '$.identityId') AS identity_id,
  recipientaccountid AS account
FROM cloudtrail
WHERE eventsource = 'cognito-identity.amazonaws.com'
  AND eventname IN ('GetId', 'GetCredentialsForIdentity', 'GetOpenIdToken')
  AND useridentity.type = 'Unknown'
  AND json_extract(requestparameters, '$.logins') IS NULL
