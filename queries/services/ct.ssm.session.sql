-- title:  Sessions opened on several instances
-- why:    Session Manager opens a shell without key or port. One person on several instances within an hour looks around, or spreads.
-- attack: T1021.007        level: medium
-- noisy:  people who work on several instances
-- source: Systems Manager API Reference, StartSession, ResumeSession
-- param: threshold number = 3 · instances
-- distinct: target >= :threshold within 1h by actor
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.target'),
    json_extract_scalar(requestparameters, '$.sessionId')
  ) AS target,
  coalesce(useridentity.arn, useridentity.principalid) AS actor,
  json_extract_scalar(requestparameters, '$.documentName') AS document
FROM cloudtrail
WHERE eventsource = 'ssm.amazonaws.com'
  AND eventname IN ('StartSession', 'ResumeSession')
