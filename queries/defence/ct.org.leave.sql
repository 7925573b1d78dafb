-- title:  Attempts to leave the organization
-- why:    Outside the organization no service control policy holds, and central logs and detectors end. A refused attempt says as much about the caller.
-- attack: T1666        level: high
-- noisy:  accounts that are handed over to others
-- source: Organizations API Reference, LeaveOrganization; Organizations User Guide, Leave an organization from a member account
-- outcome: any
SELECT errorcode AS error, errormessage AS message
FROM cloudtrail
WHERE eventsource = 'organizations.amazonaws.com'
  AND eventname = 'LeaveOrganization'
