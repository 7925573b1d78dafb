-- title:  Role assumed from an account not seen before
-- why:    Another account has come in through a trust policy.
-- attack: T1199        level: medium
-- noisy:  new accounts of the organization, and new vendors
-- source: IAM User Guide, cross-account access with roles; CloudTrail User Guide, records of cross-account calls
-- first_seen: caller_account, account within 30d
SELECT
  useridentity.accountid AS caller_account,
  recipientaccountid AS account,
  useridentity.principalid AS caller,
  json_extract_scalar(requestparameters, '$.roleArn') AS role
FROM cloudtrail
WHERE eventsource = 'sts.amazonaws.com'
  AND eventname = 'AssumeRole'
  AND useridentity.accountid <> recipientaccountid
