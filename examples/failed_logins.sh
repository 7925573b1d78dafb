#!/bin/sh
# Who failed to sign in to the console, and from where: one question, asked in both languages.
#
# usage: examples/failed_logins.sh [ARCHIVE]
set -eu

archive=${1:-$(dirname "$0")/archive}
trailql=${TRAILQL:-trailql}

echo '# SQL, as in Athena'
"$trailql" query "$archive" -c "
  SELECT useridentity.arn, sourceipaddress, count(*) AS n FROM cloudtrail
  WHERE eventname = 'ConsoleLogin' AND errormessage LIKE '%Failed%'
  GROUP BY 1, 2 ORDER BY n DESC"

echo '# pipes, as in CloudWatch Logs Insights'
"$trailql" query "$archive" -c '
  filter eventName = "ConsoleLogin" and errorMessage like /Failed/
  | stats count(*) by userIdentity.arn, sourceIPAddress
  | sort count(*) desc'
