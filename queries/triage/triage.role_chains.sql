-- title:  Roles assumed, and from where
-- why:    A role that is assumed from another role is a chain; the rows that begin with one come first.
-- attack: T1550.001        level: informational
-- noisy:  services that assume their own roles
-- source: STS API Reference, AssumeRole; IAM User Guide, roles terms and concepts
-- outcome: any
-- services: include
SELECT
  coalesce(
    useridentity.sessioncontext.sessionissuer.arn,
    useridentity.arn,
    useridentity.invokedby,
    useridentity.accountid,
    useridentity.username
  ) AS came_from,
  useridentity.type AS kind,
  json_extract_scalar(requestparameters, '$.roleArn') AS role_arn,
  count(*) AS times,
  count(DISTINCT json_extract_scalar(requestparameters, '$.roleSessionName')) AS session_names,
  count_if(errorcode IS NOT NULL) AS refused,
  min(eventtime) AS first_time,
  max(eventtime) AS last_time
FROM cloudtrail
WHERE eventsource = 'sts.amazonaws.com'
  AND eventname IN ('AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'AssumeRoot')
GROUP BY 1, 2, 3
ORDER BY CASE WHEN useridentity.type = 'AssumedRole' THEN 0 ELSE 1 END, first_time DESC, came_from, role_arn
