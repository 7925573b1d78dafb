-- title:  Any use of the root user
-- why:    Root is for a handful of account tasks; any other use of it deserves a question.
-- attack: T1078.004        level: high
-- noisy:  account setup; each page of the console makes many calls
-- source: CIS AWS Foundations Benchmark, monitoring of root use; IAM User Guide, root user best practices
-- outcome: any
SELECT
  eventsource AS service,
  useridentity.accesskeyid AS key,
  useridentity.sessioncontext.assumedroot AS assumed_root,
  useragent AS agent
FROM cloudtrail
WHERE useridentity.type = 'Root'
  AND useridentity.invokedby IS NULL
  AND eventtype <> 'AwsServiceEvent'
