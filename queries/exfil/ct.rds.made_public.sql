-- title:  Database made public
-- why:    The database gets an address on the internet; only its security groups stand in front of it then.
-- attack: T1133        level: high
-- noisy:  test databases that are reached from home
-- source: RDS User Guide, hiding a DB instance in a VPC from the internet; RDS API Reference, ModifyDBInstance
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.dBInstanceIdentifier'),
    json_extract_scalar(requestparameters, '$.dBClusterIdentifier')
  ) AS database,
  json_extract_scalar(responseelements, '$.engine') AS engine
FROM cloudtrail
WHERE eventsource = 'rds.amazonaws.com'
  AND eventname IN (
    'CreateDBInstance', 'ModifyDBInstance', 'CreateDBInstanceReadReplica', 'CreateDBCluster', 'ModifyDBCluster'
  )
  AND json_extract_scalar(requestparameters, '$.publiclyAccessible') = 'true'
