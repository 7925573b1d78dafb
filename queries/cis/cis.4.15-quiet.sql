-- title:  AWS Organizations changed by hand
-- why:    Organization policies hold for every account; an account that leaves is bound by none.
-- attack: T1666        level: medium
-- noisy:  accounts that are being made; Control Tower and other services are left out
-- source: CIS AWS Foundations Benchmark 4.15
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.policyId'),
    json_extract_scalar(requestparameters, '$.accountId'),
    json_extract_scalar(requestparameters, '$.organizationalUnitId'),
    json_extract_scalar(requestparameters, '$.servicePrincipal'),
    json_extract_scalar(requestparameters, '$.handshakeId')
  ) AS subject,
  json_extract_scalar(requestparameters, '$.targetId') AS target
FROM cloudtrail
WHERE eventsource = 'organizations.amazonaws.com'
  AND eventname IN (
    'AcceptHandshake', 'AttachPolicy', 'CreateAccount', 'CreateOrganizationalUnit', 'CreatePolicy',
    'DeclineHandshake', 'DeleteOrganization', 'DeleteOrganizationalUnit', 'DeletePolicy', 'DetachPolicy',
    'DisablePolicyType', 'EnablePolicyType', 'InviteAccountToOrganization', 'LeaveOrganization',
    'MoveAccount', 'RemoveAccountFromOrganization', 'UpdatePolicy', 'UpdateOrganizationalUnit',
    'CancelHandshake', 'CreateOrganization', 'EnableAllFeatures', 'CloseAccount', 'CreateGovCloudAccount',
    'RegisterDelegatedAdministrator', 'DeregisterDelegatedAdministrator', 'EnableAWSServiceAccess',
    'DisableAWSServiceAccess', 'PutResourcePolicy', 'DeleteResourcePolicy'
  )
