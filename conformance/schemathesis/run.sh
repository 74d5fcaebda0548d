#!/usr/bin/env bash
# schemathesis (Python) calls the query API with what its OpenAPI document allows, and with what it does not: no answer
# may be a 500, and every answer must be as the document says. Needs Python 3.10 or newer with venv.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
venv=.cache/schemathesis
if [[ ${CI:-} == true ]] && ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv || exit 1
fi
if ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
  echo "skipped: needs Python 3.10 or newer with venv"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
fi
if [[ ! -x $venv/bin/st ]]; then
  python3 -m venv "$venv" && "$venv/bin/pip" install --quiet schemathesis==4.32.5 || exit 1
fi
exec node conformance/schemathesis/fuzz.mjs "$PWD/$venv/bin/st"
