#!/usr/bin/env bash
# The same programs through PyPI's elastic-apm and this agent, metricsets compared field by field; and the exposition
# read by PyPI's prometheus_client. Needs python3 with venv.
set -uo pipefail
cd "$(dirname "$0")" || exit 1
if [[ ${CI:-} == true ]] && ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv || exit 1
fi
if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
  echo "skipped: there is no python3 with venv on this machine"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
fi
if ! .venv/bin/python -c 'import elasticapm, prometheus_client' 2>/dev/null; then
  python3 -m venv .venv && .venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt || exit 1
fi
npm ci --no-audit --no-fund --loglevel=error || exit 1
exec ../vitest.sh differential
