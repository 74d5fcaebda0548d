#!/usr/bin/env bash
# Runs the vitest files of one conformance suite and ends with the line of counts that .ci/run reads.
#   conformance/vitest.sh golden
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
report=$(mktemp)
trap 'rm -f "$report"' EXIT
npx vitest run --config conformance/vitest.config.mts "conformance/$1/" \
  --reporter=default --reporter=json --outputFile.json="$report"
code=$?
node scripts/count.mjs "$report"
exit "$code"
