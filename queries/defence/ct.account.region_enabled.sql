-- title:  Region switched on
-- why:    In a region that was off until now, detectors and alarms are seldom set up.
-- attack: T1535        level: medium
-- noisy:  companies that begin to use a region
-- source: Account Management Reference Guide, Enable or disable AWS Regions
SELECT json_member(requestparameters, 'RegionName') AS region_enabled
FROM cloudtrail
WHERE eventsource = 'account.amazonaws.com'
  AND eventname = 'EnableRegion'
