-- title:  Bucket policy opened to another account
-- why:    An account that is not yours can reach the bucket from outside, with no user or key in yours.
-- attack: T1537        level: high
-- noisy:  partners and vendors, until `known_accounts` names them; the accounts from which load balancers deliver logs are left out
-- source: S3 User Guide, bucket policy examples; Elastic Load Balancing, access logs
-- param:  known_accounts list = [] · accounts of yours that may be let in
SELECT
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket,
  policy_external_accounts(json_extract(requestparameters, '$.bucketPolicy'), recipientaccountid) AS accounts,
  json_extract(requestparameters, '$.bucketPolicy') AS policy
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname = 'PutBucketPolicy'
  AND any_match(
    policy_external_accounts(json_extract(requestparameters, '$.bucketPolicy'), recipientaccountid),
    account -> regexp_like(account, '^[0-9]{12}$')
      AND NOT contains(:known_accounts, account)
      AND account NOT IN (
        '009996457667', '027434742980', '033677994240', '048591011584', '054676820928', '076674570225',
        '098369216593', '114774131450', '127311923021', '156460612806', '190560391635', '383597477331',
        '507241528517', '582318560864', '589379963580', '600734575887', '635631232127', '652711504416',
        '718504428378', '754344448648', '783225319266', '797873946194', '897822967062', '985666609251'
      )
  )
