-- title:  IAM user created and given administrator rights
-- why:    A new user who may do everything is a second key to the account.
-- attack: T1136.003, T1098.003        level: high
-- noisy:  the first users of a new account
-- source: IAM API Reference, CreateUser, AttachUserPolicy, AddUserToGroup, PutUserPolicy
-- sequence: ordered within 1h by account, user
SELECT recipientaccountid AS account, json_extract_scalar(requestparameters, '$.userName') AS user
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com' AND eventname = 'CreateUser';
SELECT
  recipientaccountid AS account,
  json_extract_scalar(requestparameters, '$.userName') AS user,
  coalesce(
    json_extract_scalar(requestparameters, '$.policyArn'),
    json_extract_scalar(requestparameters, '$.groupName'),
    json_extract_scalar(requestparameters, '$.policyName')
  ) AS granted
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname IN ('AttachUserPolicy', 'AddUserToGroup', 'PutUserPolicy')
  AND (
    regexp_like(json_extract_scalar(requestparameters, '$.policyArn'), ':policy/(AdministratorAccess|IAMFullAccess)$')
    OR regexp_like(json_extract_scalar(requestparameters, '$.groupName'), '(?i)admin')
    OR any_match(
      coalesce(
        json_items(lower(json_extract_scalar(requestparameters, '$.policyDocument')), '$.statement'),
        ARRAY[json_extract(lower(json_extract_scalar(requestparameters, '$.policyDocument')), '$.statement')]
      ),
      statement -> json_extract_scalar(statement, '$.effect') = 'allow'
        AND regexp_like(json_format(json_extract(statement, '$.action')), '"[*]+(:[*]+)?"')
        AND regexp_like(json_format(json_extract(statement, '$.resource')), '"[*]+"')
    )
  );
