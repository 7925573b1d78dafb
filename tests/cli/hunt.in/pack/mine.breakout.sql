-- title:  Users created
-- why:    A new user outlives the session that made it.
-- attack: T1136.003        level: medium
-- noisy:  people who join
-- source: IAM API Reference, CreateUser
-- param:  name text = "x" · whom to look for
SELECT eventid FROM cloudtrail WHERE eventname = 'CreateUser' AND useridentity.username = :name
