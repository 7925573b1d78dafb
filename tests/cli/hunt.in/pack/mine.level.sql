-- title:  Users created
-- why:    A new user outlives the session that made it.
-- attack: T1136.003        level: middling
-- noisy:  people who join
-- source: IAM API Reference, CreateUser
SELECT eventid FROM cloudtrail WHERE eventname = 'CreateUser'
