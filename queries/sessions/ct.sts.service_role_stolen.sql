-- title:  Credentials of a function or container used by another client
-- why:    The same key speaks from inside its runtime and from somewhere else: it has been copied.
-- attack: T1552.005        level: high
-- noisy:  programs that call AWS without a current SDK from inside the same function or container
-- source: Lambda Developer Guide, runtime environment variables; CloudTrail User Guide, userIdentity element
-- outcome: any
-- broad: yes
-- distinct: in_runtime >= 2 within 6h by key
SELECT
  useridentity.accesskeyid AS key,
  useridentity.sessioncontext.sessionissuer.username AS role,
  sourceipaddress AS source,
  useragent AS agent,
  regexp_like(useragent, 'exec-env/AWS_(Lambda|ECS|EKS)') AS in_runtime
FROM cloudtrail
WHERE useridentity.type = 'AssumedRole'
  AND regexp_like(useragent, '^(aws-cli|Boto3|Botocore|aws-sdk|exec-env)')
  AND is_ip_address(sourceipaddress)
