-- title:  Control plane logging of a cluster turned off
-- why:    What is asked of Kubernetes is no longer written down.
-- attack: T1562.008        level: high
-- noisy:  clusters whose logs cost too much; a request may also name logs that were off already
-- source: EKS User Guide, control plane logging; EKS API Reference, UpdateClusterConfig
SELECT
  json_extract_scalar(requestparameters, '$.name') AS cluster,
  json_extract(requestparameters, '$.logging.clusterLogging') AS logging
FROM cloudtrail
WHERE eventsource = 'eks.amazonaws.com'
  AND eventname = 'UpdateClusterConfig'
  AND any_match(
    json_items(requestparameters, '$.logging.clusterLogging'),
    setting -> json_extract_scalar(setting, '$.enabled') = 'false'
      AND json_array_length(json_extract(setting, '$.types')) > 0
  )
