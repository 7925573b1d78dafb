-- title:  Image shared or made public
-- why:    Others can start instances from the image and read all that is on its disk.
-- attack: T1537        level: high
-- noisy:  images that are built in one account for others: name those in `known`
-- source: EC2 API Reference, ModifyImageAttribute; EC2 User Guide, Shared AMIs
-- param: known list = [] · accounts and ARNs of organizations that images may be shared with
SELECT
  json_extract_scalar(requestparameters, '$.imageId') AS image,
  json_extract(requestparameters, '$.launchPermission.add.items') AS shared_with
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname = 'ModifyImageAttribute'
  AND any_match(
    json_items(requestparameters, '$.launchPermission.add.items'),
    a -> NOT contains(:known, coalesce(
        json_extract_scalar(a, '$.userId'),
        json_extract_scalar(a, '$.organizationArn'),
        json_extract_scalar(a, '$.organizationalUnitArn'),
        ''
      ))
      AND (
        json_extract_scalar(a, '$.group') = 'all'
        OR json_extract_scalar(a, '$.userId') <> recipientaccountid
        OR json_extract_scalar(a, '$.organizationArn') IS NOT NULL
        OR json_extract_scalar(a, '$.organizationalUnitArn') IS NOT NULL
      )
  )
