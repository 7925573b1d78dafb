-- title:  Users created
-- why:    A new user outlives the session that made it.
-- attack: T1136.003        level: medium
-- noisy:  people who join
-- source: IAM API Reference, CreateUser
SELECT json_extract_scalar(requestparameters, '$.userName') AS user_name FROM cloudtrail
WHERE eventsource = 'iam.amazonaws.com' AND eventname = 'CreateUser'
