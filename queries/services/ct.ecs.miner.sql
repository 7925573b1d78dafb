-- title:  Mining workload deployed
-- why:    Containers that mine run up the bill until somebody looks.
-- attack: T1496        level: high
-- noisy:  names that hold one of the words by chance
-- source: ECS API Reference, RegisterTaskDefinition, CreateService
-- param:  miners list = ["xmrig", "xmr-stak", "minerd", "cpuminer", "ethminer", "cgminer", "bfgminer", "nbminer", "lolminer", "gminer", "t-rex", "phoenixminer", "teamredminer", "srbminer", "nanominer", "cryptonight", "randomx", "nicehash", "minergate", "kryptex", "unmineable", "moneroocean", "supportxmr", "nanopool", "hashvault", "2miners", "f2pool", "c3pool", "herominers", "minexmr", "dwarfpool", "ethermine", "stratum+tcp", "stratum+ssl", "--donate-level", "verushash", "kawpow", "monero"] · words of mining images, programs and pools, in lower case
SELECT
  coalesce(
    json_extract_scalar(requestparameters, '$.family'),
    json_extract_scalar(requestparameters, '$.taskDefinition'),
    json_extract_scalar(requestparameters, '$.serviceName')
  ) AS task,
  json_extract(requestparameters, '$.containerDefinitions[*].image') AS images,
  json_extract(requestparameters, '$.containerDefinitions[*].command') AS commands
FROM cloudtrail
WHERE eventsource = 'ecs.amazonaws.com'
  AND eventname IN ('RegisterTaskDefinition', 'RunTask', 'StartTask', 'CreateService', 'UpdateService')
  AND any_match(:miners, name -> strpos(lower(requestparameters), name) > 0)
