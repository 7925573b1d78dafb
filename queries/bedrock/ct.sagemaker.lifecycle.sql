-- title:  Notebook lifecycle script with suspicious commands
-- why:    The script runs as root on every start of a notebook, with the rights of its role.
-- attack: T1059.004        level: high
-- noisy:  scripts that upload logs or read the metadata of their instance; a script that the trail hides counts as suspicious
-- source: SageMaker Developer Guide, customize a notebook instance by using a lifecycle configuration script
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.notebookInstanceLifecycleConfigName'),
    json_extract_scalar(requestparameters, '$.studioLifecycleConfigName')
  ) AS configuration,
  try(
    from_utf8(
      from_base64(
        coalesce(
          json_extract_scalar(requestparameters, '$.onStart[0].content'),
          json_extract_scalar(requestparameters, '$.onCreate[0].content'),
          json_extract_scalar(requestparameters, '$.studioLifecycleConfigContent')
        )
      )
    )
  ) AS script
FROM cloudtrail
WHERE eventsource = 'sagemaker.amazonaws.com'
  AND eventname IN (
    'CreateNotebookInstanceLifecycleConfig', 'UpdateNotebookInstanceLifecycleConfig', 'CreateStudioLifecycleConfig'
  )
  AND any_match(
    coalesce(
      json_items(json_extract(requestparameters, '$..content'), '$'),
      ARRAY[json_extract(requestparameters, '$.studioLifecycleConfigContent')]
    ),
    content -> json_extract_scalar(content, '$') IS NOT NULL
      AND coalesce(
        regexp_like(
          lower(try(from_utf8(from_base64(json_extract_scalar(content, '$'))))),
          '/dev/(tcp|udp)/|169\.254\.(169\.254|170\.2)|\b(nc|ncat|netcat|socat|ngrok|chisel|mkfifo)\s|bash\s+-i\b|base64\s+(-d|--decode)|authorized_keys'
        )
        OR regexp_like(
          lower(try(from_utf8(from_base64(json_extract_scalar(content, '$'))))),
          '(curl|wget)[^|\n]*\|\s*(sudo\s+)?(ba|z|da)?sh\b|curl\s[^\n]*(--data|--upload-file|-x\s*post|\s-d\s|\s-f\s|\s-t\s)'
        )
        OR regexp_like(
          lower(try(from_utf8(from_base64(json_extract_scalar(content, '$'))))),
          'aws\s+(iam|sts|secretsmanager)\s|aws\s+s3\s+(cp|sync|mv)\s+[/~.]'
        ),
        true
      )
  )
