-- title:  Batch job with another command, by somebody new
-- why:    An override runs a command of the caller's choice with the rights of the job's role.
-- attack: T1059        level: medium
-- noisy:  people who start a job by hand for the first time
-- source: Batch API Reference, SubmitJob
-- first_seen: principal within 7d
SELECT
  json_extract_scalar(requestparameters, '$.jobName') AS job,
  json_extract_scalar(requestparameters, '$.jobDefinition') AS job_definition,
  json_extract(requestparameters, '$.containerOverrides.command') AS command,
  coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS principal
FROM cloudtrail
WHERE eventsource = 'batch.amazonaws.com'
  AND eventname = 'SubmitJob'
  AND json_array_length(json_extract(requestparameters, '$.containerOverrides.command')) > 0
