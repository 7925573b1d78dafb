-- title:  GetCallerIdentity with the role of an instance from a network not seen for it
-- why:    Credentials taken off an instance are tried out elsewhere. Networks are blocks of 256 IPv4 or a /48 of IPv6 addresses.
-- attack: T1087.004, T1552.005        level: medium
-- noisy:  instances in new networks
-- source: IAM User Guide, roles for applications that run on Amazon EC2; STS API Reference, GetCallerIdentity
-- outcome: any
-- first_seen: role, network within 10d
SELECT
  useridentity.sessioncontext.sessionissuer.username AS role,
  useridentity.arn AS session,
  coalesce(
    regexp_extract(sourceipaddress, '^[0-9]+[.][0-9]+[.][0-9]+[.]'),
    regexp_extract(sourceipaddress, '^[0-9a-f]+:[0-9a-f]+:[0-9a-f]*:'),
    sourceipaddress
  ) AS network
FROM cloudtrail
WHERE eventsource = 'sts.amazonaws.com'
  AND eventname = 'GetCallerIdentity'
  AND (
    regexp_like(useridentity.arn, ':assumed-role/.+/i-[0-9a-f]{8,17}$')
    OR useridentity.sessioncontext.ec2roledelivery IS NOT NULL
  )
