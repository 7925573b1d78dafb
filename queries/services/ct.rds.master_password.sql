-- title:  Master password of a database changed
-- why:    Whoever may modify the database sets a password of their own and reads everything.
-- attack: T1098        level: medium
-- noisy:  passwords that are renewed by hand; those that Secrets Manager renews are left out
-- source: RDS API Reference, ModifyDBInstance; RDS User Guide, password management with Secrets Manager
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.dBInstanceIdentifier'),
    json_extract_scalar(requestparameters, '$.dBClusterIdentifier')
  ) AS database
FROM cloudtrail
WHERE eventsource = 'rds.amazonaws.com'
  AND eventname IN ('ModifyDBInstance', 'ModifyDBCluster')
  AND (
    json_extract_scalar(requestparameters, '$.masterUserPassword') IS NOT NULL
    OR json_extract_scalar(responseelements, '$.pendingModifiedValues.masterUserPassword') IS NOT NULL
  )
