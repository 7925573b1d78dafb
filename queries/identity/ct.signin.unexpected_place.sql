-- title:  Console sign-in from a network not seen before
-- why:    Passwords that leak are used from elsewhere. Networks are blocks of 256 IPv4 or a /48 of IPv6 addresses.
-- attack: T1078.004        level: medium
-- noisy:  people who travel or work from home; known networks can be named in `allowed_networks`
-- source: CloudTrail User Guide, AWS Management Console sign-in events
-- param: allowed_networks list = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] · blocks from which people are expected
-- first_seen: account, network within 30d
SELECT
  coalesce(useridentity.username, useridentity.arn) AS user,
  recipientaccountid AS account,
  coalesce(
    regexp_extract(sourceipaddress, '^[0-9]+[.][0-9]+[.][0-9]+[.]'),
    regexp_extract(sourceipaddress, '^[0-9a-f]+:[0-9a-f]+:[0-9a-f]*:'),
    sourceipaddress
  ) AS network
FROM cloudtrail
WHERE eventsource = 'signin.amazonaws.com'
  AND eventname = 'ConsoleLogin'
  AND json_extract_scalar(responseelements, '$.ConsoleLogin') = 'Success'
  AND NOT cidr_contains(:allowed_networks, sourceipaddress)
