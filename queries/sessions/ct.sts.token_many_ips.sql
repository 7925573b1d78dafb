-- title:  Session token of a user used from several addresses
-- why:    The token of one computer turns up at another.
-- attack: T1550.001        level: medium
-- noisy:  computers that change networks; networks with many outgoing addresses
-- source: STS API Reference, GetSessionToken, GetFederationToken; CloudTrail User Guide, userIdentity element
-- outcome: any
-- param: threshold number = 2 · addresses within the window
-- distinct: source >= :threshold within 30m by key
SELECT useridentity.accesskeyid AS key, useridentity.arn AS owner, sourceipaddress AS source, useragent AS agent
FROM cloudtrail
WHERE useridentity.type IN ('IAMUser', 'FederatedUser')
  AND useridentity.accesskeyid LIKE 'ASIA%'
  AND is_ip_address(sourceipaddress)
