#!/usr/bin/env bash
# Every example is installed from the packed packages and used as its README says. What it needs beside Node is installed
# where it is missing (Debian, as root); without it the tests that need it are skipped and named, and fail in CI.
#
# examples/run.sh [test file…]
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

missing=()
{ ls /usr/lib/postgresql/*/bin/initdb && command -v psql; } >/dev/null 2>&1 || missing+=(postgresql)
command -v promtool >/dev/null && command -v prometheus >/dev/null || missing+=(prometheus)
command -v systemd-analyze >/dev/null || missing+=(systemd)
docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null || missing+=(docker-compose)
if ((${#missing[@]} > 0)) && [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
  apt-get update -qq >/dev/null 2>&1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1
fi

# What is packed must be what is written.
node scripts/run.mjs build || exit 1
report=$(mktemp)
trap 'rm -f "$report"' EXIT
npx vitest run --config examples/tests/vitest.config.mts "$@" --reporter=default --reporter=json --outputFile.json="$report"
code=$?
node scripts/count.mjs "$report"
exit "$code"
