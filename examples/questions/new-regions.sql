WITH changes AS (
  SELECT coalesce(useridentity.sessioncontext.sessionissuer.username, useridentity.username) AS who, awsregion, eventtime
  FROM cloudtrail
  WHERE readonly = 'false' AND eventname <> 'ConsoleLogin' AND useridentity.invokedby IS NULL
)
SELECT who, awsregion, min(eventtime) AS first, count(*) AS n
FROM changes
WHERE who IS NOT NULL
GROUP BY who, awsregion
HAVING min(eventtime) >= :start
ORDER BY first, who, awsregion
LIMIT 10
