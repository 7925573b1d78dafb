-- title:  TruffleHog tries a key
-- why:    The program searches code for keys and tries those that it finds: this key lies somewhere in the open.
-- attack: T1087.004, T1552        level: medium
-- noisy:  searches of your own for leaked keys
-- source: STS API Reference, GetCallerIdentity; CloudTrail User Guide, record contents
-- outcome: any
SELECT useridentity.accesskeyid AS key, useridentity.arn AS owner, useragent AS agent
FROM cloudtrail
WHERE (useragent LIKE '%TruffleHog%' OR useragent LIKE '%trufflehog%')
