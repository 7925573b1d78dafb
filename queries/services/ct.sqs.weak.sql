-- title:  Encryption or dead-letter queue of a queue taken away
-- why:    Messages lie there in the clear, or those that cannot be handled are lost.
-- attack: T1562.001        level: low
-- noisy:  test queues; new queues are encrypted unless it is turned off
-- source: SQS Developer Guide, encryption at rest; SQS API Reference, SetQueueAttributes
-- param:  require_dead_letter_queue number = 0 · 1 finds every queue that is created without one
SELECT
  coalesce(json_extract_scalar(requestparameters, '$.queueUrl'), json_extract_scalar(requestparameters, '$.queueName')) AS queue,
  json_extract(requestparameters, '$.attributes') AS attributes
FROM cloudtrail
WHERE eventsource = 'sqs.amazonaws.com'
  AND eventname IN ('CreateQueue', 'SetQueueAttributes')
  AND (
    (
      json_extract_scalar(requestparameters, '$.attributes.SqsManagedSseEnabled') = 'false'
      AND coalesce(json_extract_scalar(requestparameters, '$.attributes.KmsMasterKeyId'), '') = ''
    )
    OR json_extract_scalar(requestparameters, '$.attributes.RedrivePolicy') = ''
    OR (
      :require_dead_letter_queue = 1
      AND eventname = 'CreateQueue'
      AND json_extract_scalar(requestparameters, '$.attributes.RedrivePolicy') IS NULL
    )
  )
