-- title:  Topic opened to everyone
-- why:    Every AWS account can read what is published, or publish what your people and programs believe.
-- attack: T1537        level: high
-- noisy:  topics that services of AWS reach by a condition that the policy leaves open
-- source: SNS Developer Guide, example cases for access control; SNS API Reference, SetTopicAttributes
SELECT
  coalesce(json_extract_scalar(requestparameters, '$.topicArn'), json_extract_scalar(requestparameters, '$.name')) AS topic,
  coalesce(
    json_extract_scalar(requestparameters, '$.attributeValue'),
    json_extract_scalar(requestparameters, '$.attributes.Policy')
  ) AS policy
FROM cloudtrail
WHERE eventsource = 'sns.amazonaws.com'
  AND eventname IN ('SetTopicAttributes', 'CreateTopic', 'AddPermission')
  AND (
    (
      json_extract_scalar(requestparameters, '$.attributeName') = 'Policy'
      AND policy_is_public(json_extract_scalar(requestparameters, '$.attributeValue'))
    )
    OR policy_is_public(json_extract_scalar(requestparameters, '$.attributes.Policy'))
    OR json_member(requestparameters, 'awsAccountId') LIKE '%"*"%'
    OR json_member(requestparameters, 'awsAccountIds') LIKE '%"*"%'
  )
