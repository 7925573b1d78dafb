-- title:  Function policy opened to everyone
-- why:    Every AWS account, or with a public URL everybody, can run the function with the rights of its role.
-- attack: T1546        level: high
-- noisy:  public web hooks with a function URL
-- source: Lambda Developer Guide, resource-based policies; Lambda API Reference, AddPermission
SELECT
  json_extract_scalar(requestparameters, '$.functionName') AS function_name,
  json_extract_scalar(requestparameters, '$.action') AS granted_action,
  json_extract_scalar(requestparameters, '$.functionUrlAuthType') AS url_auth_type
FROM cloudtrail
WHERE eventsource = 'lambda.amazonaws.com'
  AND eventname LIKE 'AddPermission%'
  AND json_extract_scalar(requestparameters, '$.principal') = '*'
  AND json_extract_scalar(requestparameters, '$.principalOrgID') IS NULL
  AND json_extract_scalar(requestparameters, '$.sourceArn') IS NULL
  AND json_extract_scalar(requestparameters, '$.sourceAccount') IS NULL
