-- title:  Repository or registry policy opened
-- why:    Every AWS account can pull the images, and maybe push some.
-- attack: T1537        level: high
-- noisy:  images that are published on purpose, which belong into ECR Public
-- source: ECR User Guide, private repository policies; ECR API Reference, SetRepositoryPolicy
SELECT
  json_extract_scalar(requestparameters, '$.repositoryName') AS repository,
  json_extract_scalar(requestparameters, '$.policyText') AS policy
FROM cloudtrail
WHERE eventsource = 'ecr.amazonaws.com'
  AND eventname IN ('SetRepositoryPolicy', 'PutRegistryPolicy')
  AND policy_is_public(json_extract_scalar(requestparameters, '$.policyText'))
