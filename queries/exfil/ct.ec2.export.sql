-- title:  Instance or image exported
-- why:    The whole disk becomes a file in a bucket, also in one of another account. Refused calls are found too.
-- attack: T1537, T1005        level: medium
-- noisy:  migrations and copies for other clouds
-- source: VM Import/Export User Guide, Exporting an instance or image; EC2 API Reference, CreateInstanceExportTask, ExportImage, CreateStoreImageTask
-- outcome: any
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.instanceId'),
    json_extract_scalar(requestparameters, '$.ExportImageRequest.ImageId'),
    json_extract_scalar(requestparameters, '$.CreateStoreImageTaskRequest.ImageId'),
    json_extract_scalar(requestparameters, '$.imageId')
  ) AS exported,
  coalesce(
    json_extract_scalar(requestparameters, '$.exportToS3.s3Bucket'),
    json_extract_scalar(requestparameters, '$.ExportImageRequest.S3ExportLocation.S3Bucket'),
    json_extract_scalar(requestparameters, '$.CreateStoreImageTaskRequest.Bucket'),
    json_extract_scalar(requestparameters, '$.bucket')
  ) AS bucket,
  errorcode AS error
FROM cloudtrail
WHERE eventsource = 'ec2.amazonaws.com'
  AND eventname IN ('CreateInstanceExportTask', 'ExportImage', 'CreateStoreImageTask')
  AND coalesce(errorcode, '') NOT LIKE '%DryRunOperation'
