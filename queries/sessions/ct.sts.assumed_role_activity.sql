-- title:  Role in use again, or for the first time
-- why:    A role that nobody used for a month does something.
-- attack: T1550.001        level: informational
-- noisy:  new deployments, and jobs that run seldom
-- source: CloudTrail User Guide, userIdentity element
-- outcome: any
-- broad: yes
-- first_seen: role within 30d
SELECT
  useridentity.sessioncontext.sessionissuer.arn AS role,
  useridentity.arn AS session,
  eventsource AS service
FROM cloudtrail
WHERE useridentity.type = 'AssumedRole'
  AND useridentity.sessioncontext.sessionissuer.arn IS NOT NULL
