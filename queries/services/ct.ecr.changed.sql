-- title:  Registry changed by unexpected people
-- why:    An image that is replaced runs wherever it is deployed next.
-- attack: T1525        level: low
-- noisy:  every build, until `trusted` names the roles that publish
-- source: ECR User Guide, logging actions with CloudTrail; ECR API Reference, PutImage
-- param:  trusted list = [] · ARNs of users and roles that build and publish images
SELECT
  json_extract_scalar(requestparameters, '$.repositoryName') AS repository,
  json_extract_scalar(requestparameters, '$.imageTag') AS image_tag
FROM cloudtrail
WHERE eventsource = 'ecr.amazonaws.com'
  AND eventname IN (
    'PutImage', 'BatchDeleteImage', 'CreateRepository', 'DeleteRepository', 'SetRepositoryPolicy',
    'DeleteRepositoryPolicy', 'PutLifecyclePolicy', 'PutImageTagMutability', 'PutImageScanningConfiguration',
    'PutRegistryPolicy', 'DeleteRegistryPolicy', 'PutReplicationConfiguration'
  )
  AND NOT contains(:trusted, coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn, ''))
