-- title:  Instance started from a known bad image
-- why:    The image is known to carry malware or a hole. Add the ids you know of to `images`.
-- attack: T1195.001        level: high
-- noisy:  instances for the study of malware
-- source: EC2 User Guide, Shared AMIs; EC2 API Reference, RunInstances
-- services: include
-- param: images list = ["ami-1e542176"] · ids of bad images; the first is a community image with a miner in it
SELECT
  coalesce(
    json_extract_scalar(responseelements, '$.instancesSet.items[0].imageId'),
    json_extract_scalar(requestparameters, '$.instancesSet.items[0].imageId')
  ) AS image,
  json_extract_scalar(responseelements, '$.instancesSet.items[0].instanceId') AS instance
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname = 'RunInstances'
  AND contains(:images, coalesce(
    json_extract_scalar(responseelements, '$.instancesSet.items[0].imageId'),
    json_extract_scalar(requestparameters, '$.instancesSet.items[0].imageId')
  ))
