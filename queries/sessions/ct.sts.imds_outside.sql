-- title:  Credentials of one instance used from two public addresses
-- why:    An instance speaks from one address; the other one belongs to whoever took its credentials.
-- attack: T1552.005, T1078.004        level: high
-- noisy:  instances whose public address changes; networks with several outgoing addresses
-- source: EC2 User Guide, instance metadata and security credentials; CloudTrail User Guide, record contents
-- outcome: any
-- broad: yes
-- distinct: source >= 2 within 6h by key
SELECT
  useridentity.sessioncontext.sessionissuer.username AS role,
  useridentity.arn AS session,
  useridentity.accesskeyid AS key,
  sourceipaddress AS source,
  useragent AS agent
FROM cloudtrail
WHERE useridentity.type = 'AssumedRole'
  AND (
    regexp_like(useridentity.arn, ':assumed-role/.+/i-[0-9a-f]{8,17}$')
    OR useridentity.sessioncontext.ec2roledelivery IS NOT NULL
  )
  AND vpcendpointid IS NULL
  AND regexp_like(sourceipaddress, '^[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+$')
  AND NOT is_private_ip(sourceipaddress)
