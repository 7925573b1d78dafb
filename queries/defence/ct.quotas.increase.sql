-- title:  Quota increases requested
-- why:    More instances, more mail, more model calls: a higher quota is what a stolen account is used for next.
-- attack: T1496        level: medium
-- noisy:  teams that grow
-- source: Service Quotas API Reference, RequestServiceQuotaIncrease
SELECT
  json_extract_scalar(requestparameters, '$.serviceCode') AS service,
  json_extract_scalar(requestparameters, '$.quotaCode') AS quota,
  json_extract_scalar(responseelements, '$.requestedQuota.quotaName') AS quota_name,
  json_extract_scalar(requestparameters, '$.desiredValue') AS wanted
FROM cloudtrail
WHERE eventsource = 'servicequotas.amazonaws.com'
  AND eventname = 'RequestServiceQuotaIncrease'
