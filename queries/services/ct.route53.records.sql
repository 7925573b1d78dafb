-- title:  Records changed, zones or domains created
-- why:    A record that points elsewhere takes over a site, or proves a name for a certificate.
-- attack: T1584.001        level: low
-- noisy:  controllers that keep records and certificates up to date, until `trusted` names their roles
-- source: Route 53 API Reference, ChangeResourceRecordSets, CreateHostedZone
-- param:  trusted list = [] · ARNs of users and roles that keep records
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.hostedZoneId'),
    json_extract_scalar(requestparameters, '$.name'),
    json_extract_scalar(requestparameters, '$.domainName')
  ) AS zone,
  json_extract(requestparameters, '$.changeBatch.changes[*].resourceRecordSet.name') AS names
FROM cloudtrail
WHERE eventsource IN ('route53.amazonaws.com', 'route53domains.amazonaws.com')
  AND eventname IN ('ChangeResourceRecordSets', 'CreateHostedZone', 'DeleteHostedZone', 'RegisterDomain')
  AND NOT contains(:trusted, coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn, ''))
