SELECT eventtime, awsregion, useridentity.arn, eventname,
       coalesce(requestparameters.bucketName, requestparameters.groupId) AS what
FROM cloudtrail
WHERE errorcode IS NULL
  AND (eventname IN ('DeleteBucketPublicAccessBlock', 'DeletePublicAccessBlock')
    OR (eventname IN ('PutBucketPolicy', 'PutBucketAcl') AND regexp_like(requestparameters, '"Principal":(\{"AWS":)?"\*"|AllUsers|public-read'))
    OR (eventname = 'AuthorizeSecurityGroupIngress' AND regexp_like(requestparameters, '"0\.0\.0\.0/0"|"::/0"')))
ORDER BY eventtime, eventid
