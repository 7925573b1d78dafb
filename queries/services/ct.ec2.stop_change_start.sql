-- title:  Instance stopped, its start-up script changed, started
-- why:    The three steps that run code as root on an instance without a log-in. Of several instances named in one call, the first is followed.
-- attack: T1578, T1059        level: high
-- noisy:  administrators who repair an instance
-- source: EC2 API Reference, ModifyInstanceAttribute, StopInstances, StartInstances
-- sequence: ordered within 90m by instance
SELECT json_extract_scalar(requestparameters, '$.instancesSet.items[0].instanceId') AS instance
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname = 'StopInstances';
SELECT json_extract_scalar(requestparameters, '$.instanceId') AS instance
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname = 'ModifyInstanceAttribute'
  AND (
    json_extract_scalar(requestparameters, '$.userData') IS NOT NULL
    OR json_extract_scalar(requestparameters, '$.attribute') = 'userData'
  );
SELECT json_extract_scalar(requestparameters, '$.instancesSet.items[0].instanceId') AS instance
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname = 'StartInstances';
