-- title:  Snapshots and backups enumerated
-- why:    Comes before snapshots are shared, or before backups are deleted so that nothing can be restored.
-- attack: T1580        level: medium
-- noisy:  backup and posture tools
-- source: EC2 API Reference, DescribeSnapshotAttribute, GetEbsEncryptionByDefault; Backup API Reference, ListBackupVaults
-- outcome: any
-- param: threshold number = 5 · calls within the window
-- count: >= :threshold within 10m by actor
SELECT coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS actor, eventsource AS service, eventname AS call, coalesce(
    json_extract_scalar(requestparameters, '$.snapshotId'),
    json_extract_scalar(requestparameters, '$.backupVaultName')
  ) AS target
FROM cloudtrail
WHERE eventsource IN ('ec2.amazonaws.com', 'backup.amazonaws.com', 'rds.amazonaws.com')
  AND eventname IN (
    'DescribeSnapshotAttribute', 'DescribeSnapshotTierStatus', 'DescribeFastSnapshotRestores', 'DescribeLockedSnapshots',
    'GetEbsEncryptionByDefault', 'GetEbsDefaultKmsKeyId', 'GetSnapshotBlockPublicAccessState', 'ListSnapshotsInRecycleBin',
    'ListBackupVaults', 'ListBackupPlans', 'ListRecoveryPointsByBackupVault', 'GetBackupVaultAccessPolicy',
    'DescribeDBSnapshotAttributes', 'DescribeDBClusterSnapshotAttributes'
  )
  AND coalesce(sessioncredentialfromconsole, 'false') <> 'true'
