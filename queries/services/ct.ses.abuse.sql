-- title:  Sending enabled, identity verified, quota raised
-- why:    Two of these within an hour by one caller prepare mass mail in your name.
-- attack: T1496.004        level: high
-- noisy:  the day on which SES is set up
-- source: SES Developer Guide, request production access; SES API Reference, PutAccountDetails
-- param:  steps number = 2 · different preparations by one caller in an hour
-- distinct: step >= :steps within 1h by actor
SELECT
  CASE
    WHEN eventname IN ('UpdateAccountSendingEnabled', 'PutAccountSendingAttributes') THEN 'sending turned on'
    WHEN eventname IN ('PutAccountDetails', 'RequestServiceQuotaIncrease') THEN 'more sending asked for'
    ELSE 'identity verified'
  END AS step,
  coalesce(
    json_extract_scalar(requestparameters, '$.emailIdentity'),
    json_extract_scalar(requestparameters, '$.emailAddress'),
    json_extract_scalar(requestparameters, '$.domain')
  ) AS identity,
  useridentity.arn AS actor
FROM cloudtrail
WHERE eventsource IN ('ses.amazonaws.com', 'servicequotas.amazonaws.com')
  AND eventname IN (
    'UpdateAccountSendingEnabled', 'PutAccountSendingAttributes', 'PutAccountDetails', 'RequestServiceQuotaIncrease',
    'VerifyEmailIdentity', 'VerifyEmailAddress', 'VerifyDomainIdentity', 'CreateEmailIdentity'
  )
  AND (eventname <> 'UpdateAccountSendingEnabled' OR json_extract_scalar(requestparameters, '$.enabled') = 'true')
  AND (eventname <> 'PutAccountSendingAttributes' OR json_extract_scalar(requestparameters, '$.sendingEnabled') = 'true')
  AND (eventname <> 'RequestServiceQuotaIncrease' OR json_extract_scalar(requestparameters, '$.serviceCode') = 'ses')
