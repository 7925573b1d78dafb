-- title:  Principal of another account uses your VPC endpoint
-- why:    Keys from elsewhere at work inside your network: what is read here may leave with them.
-- attack: T1048        level: medium
-- noisy:  partners and suppliers with accounts of their own: name those in `known`
-- source: CloudTrail User Guide, Logging network activity events, CloudTrail record contents
-- data: network
-- param: known list = [] · accounts that may use your endpoints
SELECT
  vpcendpointid AS endpoint,
  eventsource AS service,
  useridentity.accountid AS caller_account,
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket
FROM cloudtrail
WHERE eventcategory = 'NetworkActivity'
  AND vpcendpointaccountid <> useridentity.accountid
  AND NOT contains(:known, useridentity.accountid)
