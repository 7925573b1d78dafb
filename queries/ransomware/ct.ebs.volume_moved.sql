-- title:  Volume detached or attached
-- why:    On another instance a disk can be read and changed without the log-in of its own.
-- attack: T1578.001        level: low
-- noisy:  clusters and administrators that move disks
-- source: EC2 API Reference, DetachVolume, AttachVolume
SELECT
  json_extract_scalar(requestparameters, '$.volumeId') AS volume,
  coalesce(
    json_extract_scalar(requestparameters, '$.instanceId'),
    json_extract_scalar(responseelements, '$.instanceId')
  ) AS instance
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname IN ('DetachVolume', 'AttachVolume')
