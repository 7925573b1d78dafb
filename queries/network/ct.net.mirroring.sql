-- title:  Traffic mirroring set up
-- why:    Mirrored packets show what goes in and out of an instance, passwords that are not encrypted among it.
-- attack: T1040        level: medium
-- noisy:  network monitoring that is being set up
-- source: EC2 API Reference, CreateTrafficMirrorSession, CreateTrafficMirrorTarget; VPC Traffic Mirroring User Guide
SELECT
  json_member(requestparameters, eventname || 'Request', 'NetworkInterfaceId') AS network_interface,
  json_member(requestparameters, eventname || 'Request', 'TrafficMirrorTargetId') AS target
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname IN (
    'CreateTrafficMirrorSession', 'CreateTrafficMirrorTarget', 'CreateTrafficMirrorFilter', 'CreateTrafficMirrorFilterRule'
  )
