-- title:  Task that reads the credential endpoint
-- why:    The command fetches the keys of the task's or the machine's role, to be used elsewhere.
-- attack: T1552.005        level: medium
-- noisy:  images that ask the endpoint for their address or their role on purpose
-- source: ECS Developer Guide, task IAM role; EC2 User Guide, instance metadata
SELECT
  coalesce(json_extract_scalar(requestparameters, '$.family'), json_extract_scalar(requestparameters, '$.taskDefinition')) AS task,
  coalesce(
    json_extract(requestparameters, '$.containerDefinitions[*].command'),
    json_extract(requestparameters, '$.overrides.containerOverrides[*].command')
  ) AS command
FROM cloudtrail
WHERE eventsource = 'ecs.amazonaws.com'
  AND eventname IN ('RegisterTaskDefinition', 'RunTask', 'StartTask')
  AND (
    requestparameters LIKE '%169.254.170.2%'
    OR requestparameters LIKE '%169.254.169.254%'
    OR requestparameters LIKE '%AWS_CONTAINER_CREDENTIALS_%'
  )
