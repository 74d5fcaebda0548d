#!/usr/bin/env bash
# Real applications and real databases, measured by the agent. Installs PostgreSQL, Redis and MariaDB where they are missing (Debian, as root) and runs
# them on loopback with temporary data.
set -uo pipefail
cd "$(dirname "$0")" || exit 1

if ! { ls /usr/lib/postgresql/*/bin/initdb && command -v redis-server && command -v mariadbd; } >/dev/null 2>&1; then
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql redis-server mariadb-server; } >/dev/null 2>&1
  fi
fi
for directory in . older; do
  lock=$directory/package-lock.json
  if ! cmp -s "$lock" "$directory/node_modules/.tidegauge-lock"; then
    (cd "$directory" && npm ci --no-audit --no-fund --loglevel=error) || exit 1
    cp "$lock" "$directory/node_modules/.tidegauge-lock"
  fi
done
exec ../vitest.sh breakdown
