-- title:  Security Hub findings suppressed, or accounts and insights removed
-- why:    Suppressed findings leave the lists people work through; removed accounts, standards and insights send nothing there any more.
-- attack: T1562.001        level: high
-- noisy:  analysts and automation that suppress findings: name their roles in `known`
-- source: Security Hub API Reference, BatchUpdateFindings, UpdateFindings, DeleteInsight, DisassociateMembers, DisableSecurityHub
-- param: known list = [] · ARNs of users and roles that look after findings
SELECT
  coalesce(
    json_member(requestparameters, 'InsightArn'),
    json_member(requestparameters, 'AccountIds'),
    json_member(requestparameters, 'StandardsSubscriptionArns'),
    json_member(requestparameters, 'StandardsControlArn'),
    json_member(requestparameters, 'FindingIdentifiers'),
    json_member(requestparameters, 'Filters')
  ) AS what,
  coalesce(
    json_member(requestparameters, 'Workflow', 'Status'),
    json_member(requestparameters, 'VerificationState'),
    json_member(requestparameters, 'RecordState'),
    json_member(requestparameters, 'ControlStatus')
  ) AS status
FROM cloudtrail
WHERE eventsource = 'securityhub.amazonaws.com'
  AND eventname IN (
    'BatchUpdateFindings', 'UpdateFindings', 'DeleteInsight', 'UpdateStandardsControl', 'BatchDisableStandards',
    'DeleteMembers', 'DisassociateMembers', 'DisassociateFromAdministratorAccount', 'DisassociateFromMasterAccount',
    'DisableOrganizationAdminAccount', 'DisableSecurityHub'
  )
  AND (
    eventname NOT IN ('BatchUpdateFindings', 'UpdateStandardsControl')
    OR json_member(requestparameters, 'Workflow', 'Status') = 'SUPPRESSED'
    OR json_member(requestparameters, 'VerificationState') IN ('FALSE_POSITIVE', 'BENIGN_POSITIVE')
    OR json_member(requestparameters, 'ControlStatus') = 'DISABLED'
  )
  AND NOT contains(:known, coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn, ''))
