-- title:  Writes in a region that was not used before
-- why:    Where nobody works nobody looks: miners and other guests start in regions that are not yours.
-- attack: T1535        level: high
-- noisy:  companies that begin to use a region; name the regions you work in in `used`
-- source: CloudTrail User Guide, CloudTrail record contents; Account Management Reference Guide, Enable or disable AWS Regions
-- broad: yes
-- param: used list = [] · regions you work in, never a finding
-- first_seen: owner, region within 30d
SELECT eventsource AS service, recipientaccountid AS owner, awsregion AS region
FROM cloudtrail
WHERE readonly = 'false'
  AND eventtype = 'AwsApiCall'
  AND NOT contains(:used, coalesce(awsregion, ''))
