#!/usr/bin/env bash
# `npm ci` takes the lockfile as it is, whole and without the development packages, with every npm that a supported Node
# brings along. npm 11 refuses a lockfile that leaves out optional packages of other platforms.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
passed=0
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for npm in 10 11; do
  for scope in --include=dev --omit=dev; do
    rm -rf "$work/tree"
    mkdir "$work/tree"
    git ls-files package.json package-lock.json .npmrc 'packages/*/package.json' | tar -cf - -T - | tar -xf - -C "$work/tree"
    if (cd "$work/tree" && npx -y "npm@$npm" ci "$scope" --ignore-scripts --no-audit --no-fund --loglevel=error) &&
      cmp -s package-lock.json "$work/tree/package-lock.json"; then
      echo "ok: npm $npm ci $scope"
      passed=$((passed + 1))
    else
      echo "not ok: npm $npm ci $scope"
      failed=$((failed + 1))
    fi
  done
done
echo "$passed passed, $failed failed"
((failed == 0))
