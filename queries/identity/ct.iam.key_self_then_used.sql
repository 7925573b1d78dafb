-- title:  Access key made by a user for itself and used soon after
-- why:    Whoever has a session for a moment makes a key that lasts.
-- attack: T1098.001        level: medium
-- noisy:  owners who renew a key and try it at once
-- source: IAM API Reference, CreateAccessKey
-- broad: yes
-- sequence: ordered within 1h by key
SELECT
  coalesce(json_extract_scalar(requestparameters, '$.userName'), useridentity.username) AS user,
  json_extract_scalar(responseelements, '$.accessKey.accessKeyId') AS key
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname = 'CreateAccessKey'
  AND useridentity.type = 'IAMUser'
  AND coalesce(json_extract_scalar(requestparameters, '$.userName'), useridentity.username) = useridentity.username;
SELECT useridentity.username AS user, useridentity.accesskeyid AS key
FROM cloudtrail
WHERE useridentity.type = 'IAMUser' AND useridentity.accesskeyid LIKE 'AKIA%';
