#!/usr/bin/env bash
# The book: builds it with its API reference, checks every link, and runs every snippet of the pages.
set -uo pipefail
cd "$(dirname "$0")" || exit 1
if ! cmp -s package-lock.json node_modules/.tidegauge-lock; then
  npm ci --no-audit --no-fund --loglevel=error || exit 1
  cp package-lock.json node_modules/.tidegauge-lock
fi
if [[ ${CI:-} == true ]] && ! { command -v jq && command -v openssl && command -v python3; } >/dev/null; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends jq openssl python3 || exit 1
fi

passed=0
failed=0
step() { # what, command…
  local what=$1
  shift
  if "$@"; then
    echo "ok: $what"
    passed=$((passed + 1))
  else
    echo "not ok: $what"
    failed=$((failed + 1))
  fi
}

step "the checks find what is wrong" node --test links.test.mjs generate-performance.test.mjs snippets/snippets.test.mjs
step "every public symbol has a docstring, and its links lead somewhere" node reference.mjs
step "the performance page says what was measured" node generate-performance.mjs --check
rm -rf .vitepress/dist # a link check of an old book says nothing
step "the book is built" npx vitepress build .
step "every link leads somewhere" node links.mjs

log=$(mktemp)
trap 'rm -f "$log"' EXIT
node snippets/run.mjs | tee "$log"
if [[ $(tail -n 1 "$log") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
  passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2])) skipped=${BASH_REMATCH[3]}
else
  echo "not ok: the snippets are run"
  failed=$((failed + 1)) skipped=0
fi
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
