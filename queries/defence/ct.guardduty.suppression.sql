-- title:  GuardDuty findings suppressed
-- why:    A filter that archives, or a list of trusted addresses, makes findings disappear before anybody sees them.
-- attack: T1562.001        level: high
-- noisy:  analysts who quieten known findings
-- source: GuardDuty User Guide, Suppression rules, Trusted IP lists
SELECT
  json_extract_scalar(requestparameters, '$.detectorId') AS detector,
  coalesce(
    json_extract_scalar(requestparameters, '$.name'),
    json_extract_scalar(requestparameters, '$.filterName'),
    json_extract_scalar(requestparameters, '$.ipSetId'),
    json_extract_scalar(requestparameters, '$.trustedEntitySetId'),
    json_extract_scalar(requestparameters, '$.threatIntelSetId')
  ) AS name,
  json_extract_scalar(requestparameters, '$.location') AS list,
  json_extract(requestparameters, '$.findingCriteria') AS criteria
FROM cloudtrail
WHERE eventsource = 'guardduty.amazonaws.com'
  AND eventname IN (
    'CreateFilter', 'UpdateFilter', 'CreateIPSet', 'UpdateIPSet', 'CreateTrustedEntitySet', 'UpdateTrustedEntitySet',
    'DeleteThreatIntelSet'
  )
  AND (
    eventname NOT IN ('CreateFilter', 'UpdateFilter')
    OR json_extract_scalar(requestparameters, '$.action') = 'ARCHIVE'
  )
