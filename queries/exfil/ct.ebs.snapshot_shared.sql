-- title:  EBS snapshot shared or made public
-- why:    Others can copy the snapshot, or turn it into a volume and read it.
-- attack: T1537        level: high
-- noisy:  backups that are copied to an account of their own: name it in `known`
-- source: EC2 API Reference, ModifySnapshotAttribute; EBS User Guide, Share an Amazon EBS snapshot
-- param: known list = [] · accounts that snapshots may be shared with
SELECT
  json_extract_scalar(requestparameters, '$.snapshotId') AS snapshot,
  json_extract(requestparameters, '$.createVolumePermission.add.items') AS shared_with
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname = 'ModifySnapshotAttribute'
  AND any_match(
    json_items(requestparameters, '$.createVolumePermission.add.items'),
    a -> json_extract_scalar(a, '$.group') = 'all'
      OR (
        json_extract_scalar(a, '$.userId') <> recipientaccountid
        AND NOT contains(:known, json_extract_scalar(a, '$.userId'))
      )
  )
