-- title:  Resource policy made public
-- why:    A key, secret, vault, domain, table or file system can be reached by every AWS customer.
-- attack: T1537        level: high
-- noisy:  domains and file systems that only a private network reaches; buckets, topics, queues, registries and functions have rules of their own
-- source: IAM User Guide, services that work with IAM; IAM User Guide, Grammar of the IAM JSON policy language
SELECT
  eventsource AS service,
  coalesce(
    json_member(requestparameters, 'keyId'),
    json_member(requestparameters, 'secretId'),
    json_member(requestparameters, 'fileSystemId'),
    json_member(requestparameters, 'backupVaultName'),
    json_member(requestparameters, 'resourceArn'),
    json_member(requestparameters, 'domainName'),
    json_member(requestparameters, 'domain'),
    json_member(requestparameters, 'vaultName'),
    json_member(requestparameters, 'name'),
    json_member(requestparameters, 'bucketName')
  ) AS resource,
  coalesce(
    json_member(requestparameters, 'policy', 'policy'),
    json_member(requestparameters, 'policy'),
    json_member(requestparameters, 'resourcePolicy'),
    json_member(requestparameters, 'policyInJson'),
    json_member(requestparameters, 'accessPolicies'),
    json_member(requestparameters, 'policyDocument'),
    json_member(requestparameters, 'bucketPolicy')
  ) AS policy
FROM cloudtrail
WHERE eventsource IN (
    'kms.amazonaws.com', 'secretsmanager.amazonaws.com', 'elasticfilesystem.amazonaws.com', 'backup.amazonaws.com',
    'glue.amazonaws.com', 'es.amazonaws.com', 'glacier.amazonaws.com', 'codeartifact.amazonaws.com',
    'dynamodb.amazonaws.com', 'kinesis.amazonaws.com', 's3.amazonaws.com', 's3express.amazonaws.com',
    'apigateway.amazonaws.com'
  )
  AND eventname IN (
    'PutKeyPolicy', 'CreateKey', 'PutResourcePolicy', 'PutFileSystemPolicy', 'PutBackupVaultAccessPolicy',
    'CreateDomain', 'UpdateDomainConfig', 'CreateElasticsearchDomain', 'UpdateElasticsearchDomainConfig',
    'SetVaultAccessPolicy', 'PutDomainPermissionsPolicy', 'PutRepositoryPermissionsPolicy',
    'PutAccessPointPolicy', 'PutBucketPolicy'
  )
  AND NOT (eventsource = 's3.amazonaws.com' AND eventname = 'PutBucketPolicy')
  AND policy_is_public(
    coalesce(
      json_member(requestparameters, 'policy', 'policy'),
      json_member(requestparameters, 'policy'),
      json_member(requestparameters, 'resourcePolicy'),
      json_member(requestparameters, 'policyInJson'),
      json_member(requestparameters, 'accessPolicies'),
      json_member(requestparameters, 'policyDocument'),
      json_member(requestparameters, 'bucketPolicy')
    )
  )
