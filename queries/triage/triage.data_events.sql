-- title:  Volume of data events
-- why:    Whether reads of objects, items and functions are recorded at all, and where most of them go.
-- attack: T1530        level: informational
-- noisy:  backups and log delivery
-- source: CloudTrail User Guide, logging data events
-- outcome: any
-- services: include
SELECT
  eventsource AS service,
  eventname AS event_name,
  coalesce(
    json_extract_scalar(requestparameters, '$.bucketName'),
    json_extract_scalar(requestparameters, '$.tableName'),
    json_extract_scalar(requestparameters, '$.functionName'),
    json_extract_scalar(requestparameters, '$.topicArn'),
    json_extract_scalar(requestparameters, '$.queueUrl')
  ) AS resource,
  count(*) AS events,
  count(DISTINCT useridentity.arn) AS principals,
  sum(try_cast(json_extract_scalar(additionaleventdata, '$.bytesTransferredOut') AS double)) AS bytes_out,
  sum(try_cast(json_extract_scalar(additionaleventdata, '$.bytesTransferredIn') AS double)) AS bytes_in,
  min(eventtime) AS first_time,
  max(eventtime) AS last_time
FROM cloudtrail
WHERE eventcategory = 'Data'
GROUP BY 1, 2, 3
ORDER BY events DESC, service, event_name, resource
