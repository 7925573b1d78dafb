-- title:  Remote access or a database opened to every address
-- why:    Log-in prompts and databases on the internet are found and tried within minutes.
-- attack: T1133        level: high
-- noisy:  honeypots, and labs that are meant to be open
-- source: EC2 API Reference, AuthorizeSecurityGroupIngress, ModifySecurityGroupRules
-- param: ports list = ["22","23","135","139","445","1433","1521","2375","2376","2379","3306","3389","5432","5439","5900","5985","5986","6379","9042","9200","11211","27017"] · ports of log-ins, shares, control planes and databases
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
  -- One of the ports lies in the range, or every protocol is let in, which has no ports.
  AND (
    coalesce(any_match(
      json_items(requestparameters, '$.ipPermissions.items'),
      p -> (
          coalesce(any_match(json_items(p, '$.ipRanges.items'), r -> regexp_like(json_extract_scalar(r, '$.cidrIp'), '/[01]$')), false)
          OR coalesce(any_match(json_items(p, '$.ipv6Ranges.items'), r -> regexp_like(json_extract_scalar(r, '$.cidrIpv6'), '/[01]$')), false)
        )
        AND (
          coalesce(json_extract_scalar(p, '$.ipProtocol'), '') = '-1'
          OR any_match(:ports, port ->
            TRY_CAST(port AS integer) >= TRY_CAST(json_extract_scalar(p, '$.fromPort') AS integer)
            AND TRY_CAST(port AS integer) <= TRY_CAST(json_extract_scalar(p, '$.toPort') AS integer))
        )
    ), false)
    OR (
      coalesce(regexp_like(json_extract_scalar(requestparameters, '$.cidrIp'), '/[01]$'), false)
      AND (
        coalesce(json_extract_scalar(requestparameters, '$.ipProtocol'), '') = '-1'
        OR any_match(:ports, port ->
          TRY_CAST(port AS integer) >= TRY_CAST(json_extract_scalar(requestparameters, '$.fromPort') AS integer)
          AND TRY_CAST(port AS integer) <= TRY_CAST(json_extract_scalar(requestparameters, '$.toPort') AS integer))
      )
    )
    OR coalesce(any_match(
      json_elements(json_extract(requestparameters, '$.ModifySecurityGroupRulesRequest.SecurityGroupRule')),
      m -> (
          coalesce(regexp_like(json_extract_scalar(m, '$.SecurityGroupRule.CidrIpv4'), '/[01]$'), false)
          OR coalesce(regexp_like(json_extract_scalar(m, '$.SecurityGroupRule.CidrIpv6'), '/[01]$'), false)
        )
        AND (
          coalesce(json_extract_scalar(m, '$.SecurityGroupRule.IpProtocol'), '') = '-1'
          OR any_match(:ports, port ->
            TRY_CAST(port AS integer) >= TRY_CAST(json_extract_scalar(m, '$.SecurityGroupRule.FromPort') AS integer)
            AND TRY_CAST(port AS integer) <= TRY_CAST(json_extract_scalar(m, '$.SecurityGroupRule.ToPort') AS integer))
        )
    ), false)
  )
