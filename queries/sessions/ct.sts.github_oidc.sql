-- title:  Credentials of one GitHub Actions job used from two networks
-- why:    A job runs in one place; its credentials have been carried to another.
-- attack: T1550.001        level: high
-- noisy:  runners behind several outgoing addresses of different networks
-- source: IAM User Guide, OIDC federation; CloudTrail User Guide, userIdentity element
-- outcome: any
-- distinct: network >= 2 within 1h by key
SELECT
  useridentity.accesskeyid AS key,
  useridentity.sessioncontext.sessionissuer.username AS role,
  sourceipaddress AS source,
  coalesce(
    regexp_extract(sourceipaddress, '^[0-9]+[.][0-9]+[.]'),
    regexp_extract(sourceipaddress, '^[0-9a-f]+:[0-9a-f]+:')
  ) AS network
FROM cloudtrail
WHERE useridentity.sessioncontext.webidfederationdata.federatedprovider LIKE '%:oidc-provider/token.actions.githubusercontent.com%'
  AND is_ip_address(sourceipaddress)
