-- title:  AWS Config rules, packs or aggregators deleted
-- why:    What the rule watched over can change unnoticed.
-- attack: T1562.001        level: medium
-- noisy:  rules that are renamed or replaced
-- source: AWS Config API Reference, DeleteConfigRule, DeleteConformancePack, DeleteConfigurationAggregator
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.configRuleName'),
    json_extract_scalar(requestparameters, '$.organizationConfigRuleName'),
    json_extract_scalar(requestparameters, '$.conformancePackName'),
    json_extract_scalar(requestparameters, '$.organizationConformancePackName'),
    json_extract_scalar(requestparameters, '$.configurationAggregatorName'),
    json_extract_scalar(requestparameters, '$.authorizedAccountId')
  ) AS name
FROM cloudtrail
WHERE eventsource = 'config.amazonaws.com'
  AND eventname IN (
    'DeleteConfigRule', 'DeleteOrganizationConfigRule', 'DeleteConformancePack', 'DeleteOrganizationConformancePack',
    'DeleteConfigurationAggregator', 'DeleteAggregationAuthorization', 'DeleteRemediationConfiguration'
  )
