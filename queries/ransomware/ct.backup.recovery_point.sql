-- title:  Recovery points deleted
-- why:    Backups are destroyed by hand. Those whose time is over AWS Backup deletes itself.
-- attack: T1490        level: high
-- noisy:  people who save cost or clean up after tests
-- source: Backup API Reference, DeleteRecoveryPoint
SELECT
  json_extract_scalar(requestparameters, '$.recoveryPointArn') AS recovery_point,
  json_extract_scalar(requestparameters, '$.backupVaultName') AS vault
FROM cloudtrail
WHERE eventsource = 'backup.amazonaws.com'
  AND eventname = 'DeleteRecoveryPoint'
