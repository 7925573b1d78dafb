-- title:  Uncommon S3 client, first used by this principal
-- why:    A program for copying whole buckets, where programs and consoles do the work otherwise.
-- attack: T1530        level: low
-- noisy:  people who like such programs
-- source: S3 User Guide, logging with CloudTrail; CloudTrail User Guide, record contents
-- outcome: any
-- first_seen: actor, client within 7d
SELECT
  coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS actor,
  regexp_extract(useragent, '(S3 Browser|Cyberduck|Mountain Duck|rclone|WinSCP|FileZilla|s3cmd|s4cmd|s5cmd|CloudBerry|MSP360|DragonDisk|GoodSync|MinIO|Commander One|Transmit|CrossFTP|ExpanDrive|Bucket Explorer|goofys|s3fs|s3-tree)') AS client,
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND regexp_like(useragent, 'S3 Browser|Cyberduck|Mountain Duck|rclone|WinSCP|FileZilla|s3cmd|s4cmd|s5cmd|CloudBerry|MSP360|DragonDisk|GoodSync|MinIO|Commander One|Transmit|CrossFTP|ExpanDrive|Bucket Explorer|goofys|s3fs|s3-tree')
