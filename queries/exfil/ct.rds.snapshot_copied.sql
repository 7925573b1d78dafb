-- title:  Database snapshot copied to another region
-- why:    Data moves to a region where fewer people look, and sometimes fewer rules apply.
-- attack: T1537        level: medium
-- noisy:  disaster recovery that copies by its own scripts; copies of AWS Backup are left out
-- source: RDS User Guide, copying a DB snapshot; RDS API Reference, CopyDBSnapshot
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.targetDBSnapshotIdentifier'),
    json_extract_scalar(requestparameters, '$.targetDBClusterSnapshotIdentifier')
  ) AS snapshot,
  coalesce(
    json_extract_scalar(requestparameters, '$.sourceDBSnapshotIdentifier'),
    json_extract_scalar(requestparameters, '$.sourceDBClusterSnapshotIdentifier')
  ) AS source_snapshot
FROM cloudtrail
WHERE eventsource = 'rds.amazonaws.com'
  AND eventname IN ('CopyDBSnapshot', 'CopyDBClusterSnapshot')
  AND coalesce(
    arn_part(
      coalesce(
        json_extract_scalar(requestparameters, '$.sourceDBSnapshotIdentifier'),
        json_extract_scalar(requestparameters, '$.sourceDBClusterSnapshotIdentifier')
      ),
      'region'
    ),
    json_extract_scalar(requestparameters, '$.sourceRegion')
  ) <> awsregion
