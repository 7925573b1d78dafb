-- title:  Large, accelerated or many instances started
-- why:    Mining and password cracking want graphics processors, many cores, or many instances at once. Refused launches are found too: quotas stop most of them.
-- attack: T1496        level: medium
-- noisy:  training of models, rendering, batch work: name its roles in `known`
-- source: EC2 User Guide, Instance types; EC2 API Reference, RunInstances
-- outcome: any
-- param: many number = 10 · so many instances at once are many
-- param: known list = [] · ARNs of users and roles that start such instances
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.instanceType'),
    json_extract_scalar(responseelements, '$.instancesSet.items[0].instanceType')
  ) AS instance_type,
  coalesce(
    TRY_CAST(json_array_length(json_extract(responseelements, '$.instancesSet.items')) AS varchar),
    json_extract_scalar(requestparameters, '$.instancesSet.items[0].maxCount')
  ) AS instances,
  errorcode AS error
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname = 'RunInstances'
  AND coalesce(errorcode, '') NOT LIKE '%DryRunOperation'
  AND NOT contains(:known, coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn, ''))
  AND (
    regexp_like(
      coalesce(
        json_extract_scalar(requestparameters, '$.instanceType'),
        json_extract_scalar(responseelements, '$.instancesSet.items[0].instanceType'),
        ''
      ),
      '^(p[0-9]|g[0-9]|gr[0-9]|inf[0-9]|trn[0-9]|dl[0-9]|vt[0-9]|f[0-9]|hpc[0-9]|u-|u7)|[.](metal|(1[2-9]|[2-9][0-9]|[1-9][0-9][0-9])xlarge)'
    )
    OR json_array_length(json_extract(responseelements, '$.instancesSet.items')) >= :many
    OR (
      errorcode IS NOT NULL
      AND TRY_CAST(json_extract_scalar(requestparameters, '$.instancesSet.items[0].maxCount') AS integer) >= :many
    )
  )
