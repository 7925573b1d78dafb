-- title:  Credential-like object read by somebody new
-- why:    Environment files, keys, state files and password lists in buckets open the next door.
-- attack: T1552.001        level: medium
-- noisy:  a new application that loads its own settings; every pair of principal and bucket is told once in ten days
-- source: S3 API Reference, GetObject; CloudTrail User Guide, logging data events
-- data:   s3
-- first_seen: principal, bucket within 10d
SELECT
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket,
  json_extract_scalar(requestparameters, '$.key') AS object_key,
  coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS principal
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname = 'GetObject'
  AND regexp_like(
    json_extract_scalar(requestparameters, '$.key'),
    '(^|/)(\.env(\.[a-z0-9_-]+)?|\.?credentials?(\.(json|csv|txt|ini|xml))?|[^/]*access_?keys?[^/]*\.csv|id_(rsa|dsa|ecdsa|ed25519)|\.pgpass|\.netrc|\.git-credentials|\.htpasswd|\.npmrc|\.pypirc|\.dockercfg|\.docker/config\.json|(\.kube/config|kubeconfig)|[^/]*passwords?\.(txt|csv|xlsx?|docx?)|secrets?\.(json|ya?ml|txt|env)|service-?account[^/]*\.json|wp-config\.php|[^/]+\.(pem|ppk|p12|pfx|jks|keystore|kdbx|tfstate))$'
  )
