-- title:  Routes changed by hand
-- why:    A route decides where packets go: past a firewall, or through a machine that listens.
-- attack: T1557        level: low
-- noisy:  networks that are being set up
-- source: CIS AWS Foundations Benchmark 4.13; Security Hub CloudWatch.13
SELECT
  json_extract_scalar(requestparameters, '$.routeTableId') AS route_table,
  json_extract_scalar(requestparameters, '$.destinationCidrBlock') AS destination
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname IN (
    'CreateRoute', 'CreateRouteTable', 'ReplaceRoute', 'ReplaceRouteTableAssociation', 'DeleteRouteTable',
    'DeleteRoute', 'DisassociateRouteTable', 'AssociateRouteTable', 'CreateTransitGatewayRoute',
    'ReplaceTransitGatewayRoute', 'DeleteTransitGatewayRoute'
  )
