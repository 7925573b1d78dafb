-- title:  Long-term key used from an address not seen for it
-- why:    A key that leaks is used from elsewhere.
-- attack: T1078.004        level: medium
-- noisy:  people whose address changes, and builds in hosted runners
-- source: IAM User Guide, access keys for IAM users
-- outcome: any
-- broad: yes
-- first_seen: key, source within 10d
SELECT useridentity.accesskeyid AS key, useridentity.arn AS owner, sourceipaddress AS source, useragent AS agent
FROM cloudtrail
WHERE useridentity.accesskeyid LIKE 'AKIA%'
  AND is_ip_address(sourceipaddress)
