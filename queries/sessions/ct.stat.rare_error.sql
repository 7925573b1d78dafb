-- title:  Error that a service has not answered in this account lately
-- why:    Calls that nobody makes fail in ways that nobody sees.
-- attack: T1526        level: low
-- noisy:  new programs, and rare faults
-- source: CloudTrail User Guide, record contents
-- outcome: failure
-- broad: yes
-- first_seen: account, service, error within 30d
SELECT recipientaccountid AS account, eventsource AS service, errorcode AS error, errormessage AS reason
FROM cloudtrail
WHERE errorcode IS NOT NULL
