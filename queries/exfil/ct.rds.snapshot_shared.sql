-- title:  Database snapshot shared
-- why:    Another account, or with `all` everybody, can restore the whole database as its own.
-- attack: T1537        level: high
-- noisy:  accounts that copy snapshots for backup, until `known_accounts` names them
-- source: RDS User Guide, sharing a DB snapshot; RDS API Reference, ModifyDBSnapshotAttribute
-- param:  known_accounts list = [] · accounts of yours that may restore snapshots
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.dBSnapshotIdentifier'),
    json_extract_scalar(requestparameters, '$.dBClusterSnapshotIdentifier')
  ) AS snapshot,
  json_extract(requestparameters, '$.valuesToAdd') AS accounts
FROM cloudtrail
WHERE eventsource = 'rds.amazonaws.com'
  AND eventname IN ('ModifyDBSnapshotAttribute', 'ModifyDBClusterSnapshotAttribute')
  AND json_extract_scalar(requestparameters, '$.attributeName') = 'restore'
  AND any_match(
    json_items(requestparameters, '$.valuesToAdd'),
    account -> NOT contains(:known_accounts, json_extract_scalar(account, '$'))
  )
