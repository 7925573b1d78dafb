-- title:  Queue opened to everyone
-- why:    Every AWS account can take messages out of the queue, or put some in.
-- attack: T1537        level: high
-- noisy:  queues whose policy holds senders back by a condition with a wildcard
-- source: SQS Developer Guide, identity and access management; SQS API Reference, SetQueueAttributes
SELECT
  coalesce(json_extract_scalar(requestparameters, '$.queueUrl'), json_extract_scalar(requestparameters, '$.queueName')) AS queue,
  coalesce(
    json_extract_scalar(requestparameters, '$.attributes.Policy'),
    json_extract_scalar(requestparameters, '$.attribute.Policy')
  ) AS policy
FROM cloudtrail
WHERE eventsource = 'sqs.amazonaws.com'
  AND eventname IN ('SetQueueAttributes', 'CreateQueue', 'AddPermission')
  AND (
    policy_is_public(json_extract_scalar(requestparameters, '$.attributes.Policy'))
    OR policy_is_public(json_extract_scalar(requestparameters, '$.attribute.Policy'))
    OR json_member(requestparameters, 'awsAccountIds') LIKE '%"*"%'
    OR json_member(requestparameters, 'awsAccountId') LIKE '%"*"%'
  )
