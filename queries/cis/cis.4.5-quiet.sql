-- title:  Trails and event data stores stopped, deleted or narrowed
-- why:    What happens after a trail is stopped or narrowed may not be in the logs.
-- attack: T1562.008        level: high
-- noisy:  changes by those who look after the trails; starting a trail is left out
-- source: CIS AWS Foundations Benchmark 4.5; Security Hub CloudWatch.5
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.name'),
    json_extract_scalar(requestparameters, '$.trailName'),
    json_extract_scalar(requestparameters, '$.eventDataStore')
  ) AS trail
FROM cloudtrail
WHERE eventsource = 'cloudtrail.amazonaws.com'
  AND eventname IN (
    'CreateTrail', 'UpdateTrail', 'DeleteTrail', 'StopLogging', 'PutEventSelectors', 'PutInsightSelectors',
    'DeleteEventDataStore', 'StopEventDataStoreIngestion', 'UpdateEventDataStore', 'PutEventConfiguration'
  )
