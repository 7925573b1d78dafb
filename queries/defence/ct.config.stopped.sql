-- title:  AWS Config recorder stopped or delivery channel deleted
-- why:    Changes of resources are no longer recorded, and rules no longer checked.
-- attack: T1562.008        level: high
-- noisy:  accounts that are being closed or set up anew
-- source: AWS Config API Reference, StopConfigurationRecorder, DeleteConfigurationRecorder, DeleteDeliveryChannel
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.configurationRecorderName'),
    json_extract_scalar(requestparameters, '$.deliveryChannelName')
  ) AS name
FROM cloudtrail
WHERE eventsource = 'config.amazonaws.com'
  AND eventname IN ('StopConfigurationRecorder', 'DeleteConfigurationRecorder', 'DeleteDeliveryChannel')
