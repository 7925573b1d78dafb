-- title:  Function policy opened to another account
-- why:    An account that is not yours, or a service that acts for it, can run the function.
-- attack: T1546        level: high
-- noisy:  functions that are shared on purpose, until `known_accounts` names the callers
-- source: Lambda Developer Guide, granting function access to other accounts; Lambda API Reference, AddPermission
-- param:  known_accounts list = [] · accounts of yours that may call functions
SELECT
  json_extract_scalar(requestparameters, '$.functionName') AS function_name,
  json_extract_scalar(requestparameters, '$.principal') AS granted_to,
  json_extract_scalar(requestparameters, '$.sourceAccount') AS source_account
FROM cloudtrail
WHERE eventsource = 'lambda.amazonaws.com'
  AND eventname LIKE 'AddPermission%'
  AND coalesce(
    json_extract_scalar(requestparameters, '$.sourceAccount'),
    arn_part(json_extract_scalar(requestparameters, '$.principal'), 'account'),
    regexp_extract(json_extract_scalar(requestparameters, '$.principal'), '^[0-9]{12}$')
  ) <> recipientaccountid
  AND NOT contains(
    :known_accounts,
    coalesce(
      json_extract_scalar(requestparameters, '$.sourceAccount'),
      arn_part(json_extract_scalar(requestparameters, '$.principal'), 'account'),
      regexp_extract(json_extract_scalar(requestparameters, '$.principal'), '^[0-9]{12}$')
    )
  )
