-- title:  Systems Manager document shared with everyone
-- why:    Everybody can read the script, and the names and addresses in it.
-- attack: T1537        level: high
-- noisy:  documents that are published on purpose
-- source: Systems Manager API Reference, ModifyDocumentPermission
SELECT json_extract_scalar(requestparameters, '$.name') AS document
FROM cloudtrail
WHERE eventsource = 'ssm.amazonaws.com'
  AND eventname = 'ModifyDocumentPermission'
  AND any_match(json_items(requestparameters, '$.accountIdsToAdd'), a -> lower(json_value_text(a)) = 'all')
