#!/usr/bin/env bash
# Installs Elastic's own agents for Node.js, Python and Go beside this file, where that has not been done; a language that is missing is left out.
set -uo pipefail
cd "$(dirname "$0")" || exit 1

if [[ ${CI:-} == true ]] && ! { python3 -c 'import venv, ensurepip' && command -v go; } >/dev/null 2>&1; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv golang-go || exit 1
fi
if ! cmp -s package-lock.json node_modules/.tidegauge-lock; then
  npm ci --no-audit --no-fund --loglevel=error || exit 1
  cp package-lock.json node_modules/.tidegauge-lock
fi
if command -v python3 >/dev/null && ! cmp -s requirements.txt .venv/.tidegauge-lock; then
  python3 -m venv .venv && .venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt || exit 1
  cp requirements.txt .venv/.tidegauge-lock
fi
if command -v go >/dev/null; then
  mkdir -p .cache && (cd go && go build -o ../.cache/go-app .) || exit 1
fi
