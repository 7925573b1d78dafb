-- title:  Web ACL taken off a resource
-- why:    The resource answers every request again, whatever the rules said.
-- attack: T1562.007        level: high
-- noisy:  applications that are taken down, and changes of distributions that never had a web ACL: name those in `open`
-- source: WAF API Reference, DisassociateWebACL; CloudFront API Reference, UpdateDistribution, DisassociateDistributionWebACL
-- param: open list = [] · ids of distributions that have no web ACL
SELECT coalesce(
  json_extract_scalar(requestparameters, '$.resourceArn'),
  json_extract_scalar(requestparameters, '$.id')
) AS resource
FROM cloudtrail
WHERE eventsource IN ('wafv2.amazonaws.com', 'waf-regional.amazonaws.com', 'cloudfront.amazonaws.com')
  AND eventname IN (
    'DisassociateWebACL', 'DisassociateDistributionWebACL', 'DisassociateDistributionTenantWebACL', 'UpdateDistribution'
  )
  AND (
    eventname <> 'UpdateDistribution'
    OR (
      json_extract_scalar(requestparameters, '$.distributionConfig.webACLId') = ''
      AND NOT contains(:open, coalesce(json_extract_scalar(requestparameters, '$.id'), ''))
    )
  )
