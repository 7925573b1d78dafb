-- title:  Models listed, then invoked with a long-term key
-- why:    Whoever finds a key looks what it can reach, tries it, and sells the access.
-- attack: T1526, T1496        level: high
-- noisy:  developers who work with an access key of a user
-- source: Bedrock User Guide, monitor Bedrock API calls using CloudTrail
-- outcome: any
-- sequence: ordered within 30m by access_key
SELECT eventname AS looked_at, useridentity.accesskeyid AS access_key
FROM cloudtrail
WHERE eventsource = 'bedrock.amazonaws.com'
  AND eventname IN (
    'ListFoundationModels', 'GetFoundationModelAvailability', 'ListFoundationModelAgreementOffers',
    'ListInferenceProfiles', 'ListProvisionedModelThroughputs', 'GetModelInvocationLoggingConfiguration',
    'GetUseCaseForModelAccess'
  )
  AND useridentity.accesskeyid LIKE 'AKIA%';

SELECT json_extract_scalar(requestparameters, '$.modelId') AS model, useridentity.accesskeyid AS access_key
FROM cloudtrail
WHERE eventsource = 'bedrock.amazonaws.com'
  AND eventname IN ('InvokeModel', 'InvokeModelWithResponseStream', 'Converse', 'ConverseStream')
  AND useridentity.accesskeyid LIKE 'AKIA%';
