-- title:  Logging stopped
-- why:    What happens after this is not in the logs.
-- attack: T1562.008        level: high
-- noisy:  trails and event data stores that are being replaced
-- source: CloudTrail API Reference, StopLogging, StopEventDataStoreIngestion
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.name'),
    json_extract_scalar(requestparameters, '$.eventDataStore')
  ) AS trail
FROM cloudtrail
WHERE eventsource = 'cloudtrail.amazonaws.com'
  AND eventname IN ('StopLogging', 'StopEventDataStoreIngestion')
