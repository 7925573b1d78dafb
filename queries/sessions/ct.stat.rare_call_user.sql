-- title:  Change of a kind that this principal has not made lately
-- why:    Roles and programs do the same things every day; a new one is worth a look when something else is wrong too.
-- attack: T1078.004        level: low
-- noisy:  people, whose work changes
-- source: CloudTrail User Guide, record contents
-- broad: yes
-- first_seen: actor, service, call within 30d
SELECT coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS actor, eventsource AS service, eventname AS call
FROM cloudtrail
WHERE readonly = false
