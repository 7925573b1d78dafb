-- title:  Sign-ins of the root user, and what it changes
-- why:    Root is for a handful of account tasks; any other use of it deserves a question.
-- attack: T1078.004        level: high
-- noisy:  account setup
-- source: CIS AWS Foundations Benchmark 4.3; Security Hub CloudWatch.1; IAM User Guide, root user best practices
-- outcome: any
SELECT eventsource AS service, errorcode AS error
FROM cloudtrail
WHERE useridentity.type = 'Root'
  AND eventtype <> 'AwsServiceEvent'
  AND (eventtype = 'AwsConsoleSignIn' OR coalesce(readonly, 'false') <> 'true')
