-- title:  Network layout enumerated
-- why:    Seldom asked parts of the network are listed one after the other, to find a way from here to there.
-- attack: T1016        level: low
-- noisy:  network inventory tools; the console is left out
-- source: EC2 API Reference, actions
-- outcome: any
-- param: threshold number = 5 · different calls within the window
-- distinct: call >= :threshold within 10m by actor
SELECT coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn) AS actor, eventname AS call, useragent AS agent
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname IN (
    'DescribeCarrierGateways', 'DescribeClientVpnEndpoints', 'DescribeClientVpnRoutes', 'DescribeCustomerGateways', 'DescribeDhcpOptions',
    'DescribeEgressOnlyInternetGateways', 'DescribeLocalGateways', 'DescribeNetworkAcls', 'DescribePrefixLists', 'DescribeManagedPrefixLists',
    'DescribeTransitGateways', 'DescribeTransitGatewayAttachments', 'DescribeTransitGatewayMulticastDomains', 'GetTransitGatewayRouteTableAssociations',
    'DescribeVpcEndpointConnectionNotifications', 'DescribeVpcEndpointConnections', 'DescribeVpcPeeringConnections', 'DescribeVpnConnections', 'DescribeVpnGateways'
  )
  AND coalesce(sessioncredentialfromconsole, 'false') <> 'true'
