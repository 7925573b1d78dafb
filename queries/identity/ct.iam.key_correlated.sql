-- title:  Long-term key behind several kinds of sensitive call
-- why:    Each call may be work; identities, logs, secrets and defences touched with one key within a day rarely are.
-- attack: T1078.004        level: high
-- noisy:  administrators who work with long-term keys
-- source: IAM API Reference, actions; CloudTrail API Reference, actions; Secrets Manager API Reference, GetSecretValue
-- outcome: any
-- param: threshold number = 3 · kinds of call within a day
-- distinct: kind >= :threshold within 1d by key
SELECT
  useridentity.accesskeyid AS key,
  useridentity.arn AS owner,
  CASE
    WHEN eventname IN ('CreateUser', 'CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile', 'CreateRole', 'UpdateAssumeRolePolicy') THEN 'identities'
    WHEN eventname IN ('AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy', 'PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy', 'CreatePolicyVersion', 'AddUserToGroup') THEN 'rights'
    WHEN eventname IN ('StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors', 'DeleteFlowLogs', 'DeleteDetector', 'UpdateDetector', 'StopConfigurationRecorder', 'DeleteConfigurationRecorder') THEN 'defences'
    WHEN eventname IN ('GetSecretValue', 'BatchGetSecretValue', 'GetPasswordData', 'GetParametersByPath') THEN 'secrets'
    WHEN eventname IN ('ModifySnapshotAttribute', 'ModifyImageAttribute', 'ModifyDBSnapshotAttribute', 'PutBucketPolicy', 'PutBucketAcl', 'DeletePublicAccessBlock', 'DeleteBucketPublicAccessBlock') THEN 'sharing'
    ELSE 'discovery'
  END AS kind
FROM cloudtrail
WHERE useridentity.accesskeyid LIKE 'AKIA%'
  AND eventname IN (
    'CreateUser', 'CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile', 'CreateRole', 'UpdateAssumeRolePolicy',
    'AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy', 'PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy', 'CreatePolicyVersion', 'AddUserToGroup',
    'StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors', 'DeleteFlowLogs', 'DeleteDetector', 'UpdateDetector', 'StopConfigurationRecorder', 'DeleteConfigurationRecorder',
    'GetSecretValue', 'BatchGetSecretValue', 'GetPasswordData', 'GetParametersByPath',
    'ModifySnapshotAttribute', 'ModifyImageAttribute', 'ModifyDBSnapshotAttribute', 'PutBucketPolicy', 'PutBucketAcl', 'DeletePublicAccessBlock', 'DeleteBucketPublicAccessBlock',
    'GetAccountAuthorizationDetails', 'GetSendQuota', 'ListAccounts'
  )
