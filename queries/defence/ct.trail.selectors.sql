-- title:  Event selectors that leave out management events
-- why:    A trail that goes on without management events, or with one half of them, looks healthy and sees little.
-- attack: T1562.008        level: high
-- noisy:  trails that are kept for data events alone, and trails that leave out AWS KMS events to save cost
-- source: CloudTrail API Reference, PutEventSelectors, EventSelector, AdvancedEventSelector
SELECT
  json_extract_scalar(requestparameters, '$.trailName') AS trail,
  coalesce(
    json_extract(requestparameters, '$.eventSelectors'),
    json_extract(requestparameters, '$.advancedEventSelectors')
  ) AS selectors
FROM cloudtrail
WHERE eventsource = 'cloudtrail.amazonaws.com'
  AND eventname = 'PutEventSelectors'
  -- No selector takes every management event.
  AND NOT coalesce(any_match(
    json_items(requestparameters, '$.eventSelectors'),
    s -> coalesce(json_extract_scalar(s, '$.includeManagementEvents'), 'true') = 'true'
      AND coalesce(json_extract_scalar(s, '$.readWriteType'), 'All') = 'All'
      AND coalesce(json_array_length(json_extract(s, '$.excludeManagementEventSources')), 0) = 0
  ), false)
  AND NOT coalesce(any_match(
    json_items(requestparameters, '$.advancedEventSelectors'),
    s -> json_array_length(json_extract(s, '$.fieldSelectors')) = 1
      AND json_extract_scalar(s, '$.fieldSelectors[0].field') = 'eventCategory'
      AND json_extract_scalar(s, '$.fieldSelectors[0].equals[0]') = 'Management'
  ), false)
