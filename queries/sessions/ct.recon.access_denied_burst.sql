-- title:  Burst of denied calls by one principal
-- why:    Somebody with a key of unknown rights tries every door; the closed ones are written down.
-- attack: T1526, T1580        level: medium
-- noisy:  new roles whose policies are not finished, and inventory tools
-- source: CIS AWS Foundations Benchmark, monitoring of unauthorized calls; CloudTrail User Guide, record contents
-- outcome: failure
-- param: threshold number = 15 · denied calls within the window
-- count: >= :threshold within 10m by actor
SELECT coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS actor, eventsource AS service, errorcode AS error
FROM cloudtrail
WHERE (errorcode LIKE '%AccessDenied%' OR errorcode LIKE '%UnauthorizedOperation' OR errorcode LIKE '%NotAuthorized%')
