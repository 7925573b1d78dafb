-- title:  Role used with many kinds of client at once
-- why:    A role belongs to one program, or to people with the same tools; a new kind of client may be a new user.
-- attack: T1078.004        level: medium
-- noisy:  roles that many people share
-- source: CloudTrail User Guide, record contents
-- outcome: any
-- broad: yes
-- param: threshold number = 4 · kinds of client within the window
-- distinct: client >= :threshold within 1h by role
SELECT
  useridentity.sessioncontext.sessionissuer.arn AS role,
  regexp_extract(useragent, '^[^/ ]+') AS client,
  useragent AS agent
FROM cloudtrail
WHERE useridentity.type = 'AssumedRole'
  AND useridentity.sessioncontext.sessionissuer.arn IS NOT NULL
  AND useragent IS NOT NULL
