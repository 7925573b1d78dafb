-- title:  CloudTrail Insights turned off
-- why:    Insights events tell of unusual numbers of calls and errors. Without selectors none are made.
-- attack: T1562.008        level: medium
-- noisy:  accounts that turn Insights off to save cost
-- source: CloudTrail API Reference, PutInsightSelectors
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.trailName'),
    json_extract_scalar(requestparameters, '$.eventDataStore')
  ) AS trail
FROM cloudtrail
WHERE eventsource = 'cloudtrail.amazonaws.com'
  AND eventname = 'PutInsightSelectors'
  AND coalesce(json_array_length(json_extract(requestparameters, '$.insightSelectors')), 0) = 0
