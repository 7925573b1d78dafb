-- title:  Backups of a file system turned off
-- why:    No new backups are made; the old ones expire.
-- attack: T1490        level: low
-- noisy:  file systems of tests
-- source: EFS User Guide, PutBackupPolicy
SELECT json_extract_scalar(requestparameters, '$.fileSystemId') AS file_system
FROM cloudtrail
WHERE eventsource = 'elasticfilesystem.amazonaws.com'
  AND eventname = 'PutBackupPolicy'
  AND json_extract_scalar(requestparameters, '$.backupPolicy.status') IN ('DISABLED', 'DISABLING')
