-- title:  Compute changed by somebody new
-- why:    Who never touched instances, images or volumes in a month, now does.
-- attack: T1578        level: low
-- noisy:  people and roles that join: name those that may in `known`
-- source: EC2 API Reference, actions on instances, images and volumes
-- param: known list = [] · ARNs of users and roles that look after compute
-- first_seen: principal within 30d
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.instanceId'),
    json_extract_scalar(requestparameters, '$.instancesSet.items[0].instanceId'),
    json_extract_scalar(responseelements, '$.instancesSet.items[0].instanceId'),
    json_extract_scalar(requestparameters, '$.imageId'),
    json_extract_scalar(requestparameters, '$.volumeId'),
    json_extract_scalar(responseelements, '$.volumeId')
  ) AS resource,
  coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS principal
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname IN (
    'RunInstances', 'StartInstances', 'StopInstances', 'RebootInstances', 'TerminateInstances', 'ModifyInstanceAttribute',
    'CreateImage', 'CopyImage', 'RegisterImage', 'DeregisterImage', 'CreateVolume', 'DeleteVolume', 'ModifyVolume',
    'CreateLaunchTemplate', 'CreateLaunchTemplateVersion', 'RequestSpotInstances', 'RequestSpotFleet', 'CreateFleet'
  )
  AND NOT contains(:known, coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn, ''))
