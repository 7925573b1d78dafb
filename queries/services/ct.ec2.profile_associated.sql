-- title:  Instance profile put on a running instance
-- why:    Whoever is on the instance gets the rights of the role in the profile.
-- attack: T1548.005        level: high
-- noisy:  instances that get a role late, for Systems Manager for one
-- source: EC2 API Reference, AssociateIamInstanceProfile, ReplaceIamInstanceProfileAssociation
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.AssociateIamInstanceProfileRequest.IamInstanceProfile.Arn'),
    json_extract_scalar(requestparameters, '$.AssociateIamInstanceProfileRequest.IamInstanceProfile.Name'),
    json_extract_scalar(requestparameters, '$.ReplaceIamInstanceProfileAssociationRequest.IamInstanceProfile.Arn'),
    json_extract_scalar(requestparameters, '$.ReplaceIamInstanceProfileAssociationRequest.IamInstanceProfile.Name')
  ) AS profile,
  coalesce(
    json_extract_scalar(requestparameters, '$.AssociateIamInstanceProfileRequest.InstanceId'),
    json_extract_scalar(requestparameters, '$.ReplaceIamInstanceProfileAssociationRequest.AssociationId')
  ) AS instance
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname IN ('AssociateIamInstanceProfile', 'ReplaceIamInstanceProfileAssociation')
