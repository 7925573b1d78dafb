-- title:  Replication to another account
-- why:    Every object that is written from now on is copied out, and nobody has to come back for it.
-- attack: T1537        level: high
-- noisy:  backup and log accounts, until `known_accounts` names them; a rule that names no destination account is not seen
-- source: S3 User Guide, replicating objects; S3 API Reference, PutBucketReplication
-- param:  known_accounts list = [] · accounts of yours that may be receive copies
SELECT
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket,
  json_extract(requestparameters, '$.ReplicationConfiguration..Account') AS accounts,
  json_extract(requestparameters, '$.ReplicationConfiguration..Bucket') AS destinations
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname = 'PutBucketReplication'
  AND any_match(
    json_items(json_extract(requestparameters, '$.ReplicationConfiguration..Account'), '$'),
    account -> lpad(json_extract_scalar(account, '$'), 12, '0') <> recipientaccountid
      AND NOT contains(:known_accounts, lpad(json_extract_scalar(account, '$'), 12, '0'))
  )
