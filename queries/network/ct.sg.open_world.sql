-- title:  Security group opened to every address
-- why:    The port can be reached from anywhere, by everybody who scans for it.
-- attack: T1562.007        level: high
-- noisy:  servers that are meant to be public on other ports than those in `web_ports`
-- source: EC2 API Reference, AuthorizeSecurityGroupIngress, ModifySecurityGroupRules
-- param: web_ports list = ["80","443"] · ports that may be open to everybody
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.groupId'),
    json_extract_scalar(requestparameters, '$.groupName'),
    json_extract_scalar(requestparameters, '$.ModifySecurityGroupRulesRequest.GroupId')
  ) AS group_id,
  coalesce(
    json_format(json_extract(requestparameters, '$.ipPermissions.items')),
    json_format(json_extract(requestparameters, '$.ModifySecurityGroupRulesRequest.SecurityGroupRule')),
    json_extract_scalar(requestparameters, '$.cidrIp')
  ) AS rules
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname IN ('AuthorizeSecurityGroupIngress', 'ModifySecurityGroupRules')
  -- Two halves of all addresses, of length 1, are every address too.
  AND (
    coalesce(any_match(
      json_items(requestparameters, '$.ipPermissions.items'),
      p -> (
          coalesce(any_match(json_items(p, '$.ipRanges.items'), r -> regexp_like(json_extract_scalar(r, '$.cidrIp'), '/[01]$')), false)
          OR coalesce(any_match(json_items(p, '$.ipv6Ranges.items'), r -> regexp_like(json_extract_scalar(r, '$.cidrIpv6'), '/[01]$')), false)
        )
        AND NOT (
          contains(:web_ports, coalesce(json_extract_scalar(p, '$.fromPort'), 'any'))
          AND json_extract_scalar(p, '$.fromPort') = json_extract_scalar(p, '$.toPort')
        )
    ), false)
    OR (
      coalesce(regexp_like(json_extract_scalar(requestparameters, '$.cidrIp'), '/[01]$'), false)
      AND NOT (
        contains(:web_ports, coalesce(json_extract_scalar(requestparameters, '$.fromPort'), 'any'))
        AND json_extract_scalar(requestparameters, '$.fromPort') = json_extract_scalar(requestparameters, '$.toPort')
      )
    )
    OR coalesce(any_match(
      json_elements(json_extract(requestparameters, '$.ModifySecurityGroupRulesRequest.SecurityGroupRule')),
      m -> (
          coalesce(regexp_like(json_extract_scalar(m, '$.SecurityGroupRule.CidrIpv4'), '/[01]$'), false)
          OR coalesce(regexp_like(json_extract_scalar(m, '$.SecurityGroupRule.CidrIpv6'), '/[01]$'), false)
        )
        AND NOT (
          contains(:web_ports, coalesce(json_extract_scalar(m, '$.SecurityGroupRule.FromPort'), 'any'))
          AND json_extract_scalar(m, '$.SecurityGroupRule.FromPort') = json_extract_scalar(m, '$.SecurityGroupRule.ToPort')
        )
    ), false)
  )
