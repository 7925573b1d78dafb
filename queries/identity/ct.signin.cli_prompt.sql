-- title:  Device sign-in begun and finished in different places
-- why:    The token of a command-line sign-in was collected from another address than the one that asked for it, as in device code phishing.
-- attack: T1528        level: medium
-- noisy:  a computer that changes networks during sign-in; networks with many outgoing addresses
-- source: IAM Identity Center User Guide, CloudTrail events of OIDC operations; IAM Identity Center OIDC API Reference, CreateToken
-- distinct: source >= 2 within 15m by client
SELECT
  json_extract_scalar(requestparameters, '$.clientId') AS client,
  json_extract_scalar(requestparameters, '$.startUrl') AS start_url,
  json_extract_scalar(requestparameters, '$.grantType') AS grant_type,
  sourceipaddress AS source
FROM cloudtrail
WHERE eventsource IN ('sso.amazonaws.com', 'sso-oauth.amazonaws.com')
  AND eventname IN ('StartDeviceAuthorization', 'CreateToken')
  AND json_extract_scalar(requestparameters, '$.clientId') IS NOT NULL
