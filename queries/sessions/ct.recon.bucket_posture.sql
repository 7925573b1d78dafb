-- title:  Settings of many buckets read within seconds
-- why:    Somebody looks for the bucket that is open, or that can be opened.
-- attack: T1619        level: low
-- noisy:  posture tools and infrastructure as code; the console is left out
-- source: S3 API Reference, GetBucketAcl, GetBucketPolicy, GetPublicAccessBlock, GetBucketVersioning
-- outcome: any
-- param: threshold number = 15 · different buckets within the window
-- distinct: bucket >= :threshold within 30s by actor
SELECT json_extract_scalar(requestparameters, '$.bucketName') AS bucket, coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS actor, useragent AS agent
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname IN (
    'GetBucketAcl', 'GetBucketPolicy', 'GetBucketPolicyStatus', 'GetBucketPublicAccessBlock', 'GetBucketVersioning',
    'GetBucketOwnershipControls', 'GetBucketEncryption'
  )
  AND coalesce(sessioncredentialfromconsole, 'false') <> 'true'
  AND coalesce(useragent, '') NOT LIKE '[S3Console%'
