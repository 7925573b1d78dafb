-- title:  Users created
-- why:    A new user outlives the session that made it.
-- attack: T1136.003        level: medium
-- noisy:  people who join
-- source: IAM API Reference, CreateUser
SELECT eventname, count(*) AS n FROM cloudtrail GROUP BY 1
