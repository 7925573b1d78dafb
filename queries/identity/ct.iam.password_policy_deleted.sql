-- title:  Password policy of the account deleted or weak
-- why:    Passwords may now be short, or the same as before.
-- attack: T1556        level: medium
-- noisy:  accounts without IAM users, where nobody minds
-- source: IAM API Reference, UpdateAccountPasswordPolicy, DeleteAccountPasswordPolicy; CIS AWS Foundations Benchmark, password policy
-- param: minimum_length number = 14 · shortest length that passes
SELECT
  json_extract_scalar(requestparameters, '$.minimumPasswordLength') AS minimum_length,
  json_extract_scalar(requestparameters, '$.passwordReusePrevention') AS remembered_passwords
FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname IN ('UpdateAccountPasswordPolicy', 'DeleteAccountPasswordPolicy')
  AND (
    eventname = 'DeleteAccountPasswordPolicy'
    -- What is left out of the call gets its default: 6 characters, no passwords remembered.
    OR coalesce(TRY_CAST(json_extract_scalar(requestparameters, '$.minimumPasswordLength') AS integer), 6) < :minimum_length
    OR json_extract_scalar(requestparameters, '$.passwordReusePrevention') IS NULL
  )
