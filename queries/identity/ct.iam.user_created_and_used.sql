-- title:  IAM user created, given a key and used at once
-- why:    A user made for somebody else lies idle for a while; one that is put to use within minutes was made for the moment.
-- attack: T1136.003, T1098.001        level: high
-- noisy:  scripts that set up a user and test its key
-- source: IAM API Reference, CreateUser, CreateAccessKey
-- broad: yes
-- sequence: ordered within 10m by account, user
SELECT recipientaccountid AS account, json_extract_scalar(requestparameters, '$.userName') AS user
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com' AND eventname = 'CreateUser';
SELECT
  recipientaccountid AS account,
  json_extract_scalar(requestparameters, '$.userName') AS user,
  json_extract_scalar(responseelements, '$.accessKey.accessKeyId') AS key
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com' AND eventname = 'CreateAccessKey';
SELECT useridentity.accountid AS account, useridentity.username AS user, useridentity.accesskeyid AS key
FROM cloudtrail
WHERE useridentity.type = 'IAMUser' AND useridentity.accesskeyid LIKE 'AKIA%';
