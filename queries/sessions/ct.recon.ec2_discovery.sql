-- title:  Instance looks around in its own account
-- why:    A web server has no reason to list users, networks and buckets; somebody on it has.
-- attack: T1580        level: low
-- noisy:  agents for monitoring and management on the instance
-- source: IAM User Guide, roles for applications that run on Amazon EC2
-- outcome: any
-- broad: yes
-- param: threshold number = 10 · different calls within the window
-- distinct: service, call >= :threshold within 10m by session
SELECT coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS actor, useridentity.arn AS session, eventsource AS service, eventname AS call
FROM cloudtrail
WHERE (eventname LIKE 'List%' OR eventname LIKE 'Describe%' OR eventname LIKE 'Get%')
  AND (
    regexp_like(useridentity.arn, ':assumed-role/.+/i-[0-9a-f]{8,17}$')
    OR useridentity.sessioncontext.ec2roledelivery IS NOT NULL
  )
