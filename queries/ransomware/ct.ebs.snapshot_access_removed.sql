-- title:  Access of another account to a snapshot removed
-- why:    The account that keeps copies, or would restore them, can no longer reach the snapshot.
-- attack: T1490        level: medium
-- noisy:  shares that are no longer needed
-- source: EC2 API Reference, ModifySnapshotAttribute, ResetSnapshotAttribute
SELECT
  json_extract_scalar(requestparameters, '$.snapshotId') AS snapshot,
  json_extract(requestparameters, '$.createVolumePermission.remove.items') AS removed
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname IN ('ModifySnapshotAttribute', 'ResetSnapshotAttribute')
  AND (
    eventname = 'ResetSnapshotAttribute'
    OR json_array_length(json_extract(requestparameters, '$.createVolumePermission.remove.items')) > 0
  )
