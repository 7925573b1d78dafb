-- title:  Use of the root user
-- why:    Root is for a handful of account tasks; any other use of it deserves a question.
-- attack: T1078.004        level: high
-- noisy:  during account setup
-- source: CIS AWS Foundations Benchmark, monitoring of root use; IAM User Guide, root user best practices
SELECT eventtime, recipientaccountid, eventsource, eventname, sourceipaddress, useragent, errorcode, errormessage
FROM cloudtrail
WHERE useridentity.type = 'Root'
  AND useridentity.invokedby IS NULL
  AND eventtype <> 'AwsServiceEvent'
ORDER BY eventtime
