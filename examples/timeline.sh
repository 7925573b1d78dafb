#!/bin/sh
# Everything done from one address, oldest first, as CSV for a spreadsheet.
#
# usage: examples/timeline.sh [ADDRESS] [ARCHIVE] > timeline.csv
set -eu

address=${1:-198.51.100.140}
archive=${2:-$(dirname "$0")/archive}
trailql=${TRAILQL:-trailql}

# The address is a typed value, never pasted into the text of the query.
exec "$trailql" query "$archive" --param address="$address" -o csv -c "
  SELECT eventtime, recipientaccountid, awsregion, useridentity.arn, eventsource, eventname, errorcode
  FROM cloudtrail
  WHERE sourceipaddress = :address
  ORDER BY eventtime"
