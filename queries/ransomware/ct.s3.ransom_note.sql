-- title:  Ransom note uploaded
-- why:    The note is the last thing that is done, and the first that is seen.
-- attack: T1486        level: high
-- noisy:  manuals on recovery that carry such a name
-- source: S3 API Reference, PutObject; AWS prescriptive guidance, ransomware in Amazon S3
-- data:   s3
-- param:  names list = ["how_to_decrypt", "how_to_restore", "how_to_recover", "how_to_unlock", "how_to_get_back", "decrypt_instruction", "decryption_instruction", "decrypt_files", "decrypt_my_files", "decrypt_your_files", "restore_files", "restore_my_files", "restore_your_files", "recover_files", "recover_your_files", "recovery_instruction", "recover_instruction", "recovery_key.txt", "recover_data", "restore_data", "your_files_are", "files_encrypted", "all_your_files", "file_recovery", "files_recovery", "data_recovery_info", "ransom_note", "ransomnote", "ransom.txt", "ransom.html", "_ransom_", "read_me_to", "readme_to", "readme_decrypt", "readme_for_decrypt", "readme_restore", "readme_now", "read_me_now", "!!!read", "read_it.txt", "help_decrypt", "help_restore", "help_recover", "help_your_files", "payment_instruction", "pay_bitcoin", "unlock_files", "bucket_encrypted", "you_have_been_hacked", "you_are_hacked", "hacked.txt", "warning_hacked"] · parts of file names, in lower case, words joined by `_`
SELECT
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket,
  json_extract_scalar(requestparameters, '$.key') AS object_key
FROM cloudtrail
WHERE eventsource = 's3.amazonaws.com'
  AND eventname IN ('PutObject', 'CopyObject')
  AND regexp_like(
    lower(json_extract_scalar(requestparameters, '$.key')),
    '(\.(txt|html?|hta|md|rtf|pdf|png|jpe?g|bmp|url)|(^|/)[^/.]+)$'
  )
  AND any_match(
    :names,
    name -> strpos(
      translate(regexp_extract(lower(json_extract_scalar(requestparameters, '$.key')), '[^/]+$'), '- .', '___'),
      translate(name, '- .', '___')
    ) > 0
  )
