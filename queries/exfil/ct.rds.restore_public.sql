-- title:  Database restored as public or from a foreign snapshot
-- why:    A copy of a database is put where it can be reached from the internet, or data of strangers is brought in.
-- attack: T1020, T1578.002        level: high
-- noisy:  snapshots that vendors share, until `known_accounts` names them
-- source: RDS User Guide, restoring to a DB instance; RDS API Reference, RestoreDBInstanceFromDBSnapshot
-- param:  known_accounts list = [] · accounts of yours whose snapshots may be used
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.dBInstanceIdentifier'),
    json_extract_scalar(requestparameters, '$.targetDBInstanceIdentifier'),
    json_extract_scalar(requestparameters, '$.dBClusterIdentifier')
  ) AS database,
  coalesce(
    json_extract_scalar(requestparameters, '$.dBSnapshotIdentifier'),
    json_extract_scalar(requestparameters, '$.snapshotIdentifier')
  ) AS snapshot
FROM cloudtrail
WHERE eventsource = 'rds.amazonaws.com'
  AND eventname IN (
    'RestoreDBInstanceFromDBSnapshot', 'RestoreDBInstanceFromS3', 'RestoreDBInstanceToPointInTime',
    'RestoreDBClusterFromSnapshot', 'RestoreDBClusterFromS3', 'RestoreDBClusterToPointInTime'
  )
  AND (
    json_extract_scalar(requestparameters, '$.publiclyAccessible') = 'true'
    OR json_extract_scalar(responseelements, '$.publiclyAccessible') = 'true'
    OR (
      arn_part(
        coalesce(
          json_extract_scalar(requestparameters, '$.dBSnapshotIdentifier'),
          json_extract_scalar(requestparameters, '$.snapshotIdentifier')
        ),
        'account'
      ) <> recipientaccountid
      AND NOT contains(
        :known_accounts,
        arn_part(
          coalesce(
            json_extract_scalar(requestparameters, '$.dBSnapshotIdentifier'),
            json_extract_scalar(requestparameters, '$.snapshotIdentifier')
          ),
          'account'
        )
      )
    )
  )
