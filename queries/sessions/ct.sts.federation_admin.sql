-- title:  Federation token that asks for all rights
-- why:    Nothing that the user may do is held back from the session.
-- attack: T1548.005        level: high
-- noisy:  sign-in portals for administrators
-- source: STS API Reference, GetFederationToken
SELECT
  json_extract_scalar(requestparameters, '$.name') AS name,
  json_extract(requestparameters, '$.policyArns') AS policies,
  json_extract_scalar(requestparameters, '$.policy') AS policy
FROM cloudtrail
WHERE eventsource = 'sts.amazonaws.com'
  AND eventname = 'GetFederationToken'
  AND (
    regexp_like(json_format(json_extract(requestparameters, '$.policyArns')), ':policy/(AdministratorAccess|IAMFullAccess)"')
    OR any_match(
      coalesce(
        json_items(lower(json_extract_scalar(requestparameters, '$.policy')), '$.statement'),
        ARRAY[json_extract(lower(json_extract_scalar(requestparameters, '$.policy')), '$.statement')]
      ),
      statement -> json_extract_scalar(statement, '$.effect') = 'allow'
        AND regexp_like(json_format(json_extract(statement, '$.action')), '"[*]+(:[*]+)?"')
        AND regexp_like(json_format(json_extract(statement, '$.resource')), '"[*]+"')
    )
  )
