-- title:  VPC flow logs deleted
-- why:    Connections of this network are no longer recorded.
-- attack: T1562.008        level: high
-- noisy:  VPCs that are taken down
-- source: EC2 API Reference, DeleteFlowLogs
SELECT coalesce(
  json_extract_scalar(requestparameters, '$.DeleteFlowLogsRequest.FlowLogId.content'),
  json_format(json_extract(requestparameters, '$.DeleteFlowLogsRequest.FlowLogId'))
) AS flow_log
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname = 'DeleteFlowLogs'
