-- title:  Session of a pod goes through several phases of an attack
-- why:    A workload does one job; looking around, taking secrets and changing identities in one session is another one.
-- attack: T1021.007        level: high
-- noisy:  controllers that manage AWS from inside a cluster
-- source: EKS User Guide, IAM roles for service accounts; CloudTrail User Guide, userIdentity element
-- outcome: any
-- param: threshold number = 3 · phases within the window
-- distinct: phase >= :threshold within 1h by key
SELECT
  useridentity.sessioncontext.sessionissuer.username AS role,
  useridentity.accesskeyid AS key,
  CASE
    WHEN eventname IN ('GetSecretValue', 'BatchGetSecretValue', 'GetParameter', 'GetParameters', 'GetParametersByPath', 'GetPasswordData', 'GetAuthorizationToken') THEN 'credential access'
    WHEN eventname IN ('CreateUser', 'CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile', 'CreateRole', 'CreateFunction20150331', 'RunInstances') THEN 'persistence'
    WHEN eventname IN ('AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy', 'PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy', 'CreatePolicyVersion', 'UpdateAssumeRolePolicy', 'AssumeRole') THEN 'more rights'
    WHEN eventname IN ('StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors', 'DeleteFlowLogs', 'DeleteDetector', 'UpdateDetector') THEN 'defence evasion'
    WHEN eventname IN ('ModifySnapshotAttribute', 'ModifyImageAttribute', 'ModifyDBSnapshotAttribute', 'PutBucketPolicy', 'PutBucketAcl', 'StartExportTask') THEN 'exfiltration'
    ELSE 'discovery'
  END AS phase
FROM cloudtrail
WHERE useridentity.sessioncontext.webidfederationdata.federatedprovider LIKE '%:oidc-provider/oidc.eks.%'
  AND eventname IN (
    'GetSecretValue', 'BatchGetSecretValue', 'GetParameter', 'GetParameters', 'GetParametersByPath', 'GetPasswordData', 'GetAuthorizationToken',
    'CreateUser', 'CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile', 'CreateRole', 'CreateFunction20150331', 'RunInstances',
    'AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy', 'PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy', 'CreatePolicyVersion', 'UpdateAssumeRolePolicy', 'AssumeRole',
    'StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors', 'DeleteFlowLogs', 'DeleteDetector', 'UpdateDetector',
    'ModifySnapshotAttribute', 'ModifyImageAttribute', 'ModifyDBSnapshotAttribute', 'PutBucketPolicy', 'PutBucketAcl', 'StartExportTask',
    'GetCallerIdentity', 'ListBuckets', 'ListUsers', 'ListRoles', 'DescribeInstances', 'ListSecrets', 'ListFunctions20150331', 'GetAccountAuthorizationDetails'
  )
