#!/usr/bin/env bash
# The command in real shells and a real pseudo-terminal. Needs python3, bash, zsh and fish; CI installs the shells.
set -uo pipefail
cd "$(dirname "$0")" || exit 1
missing() { for program in zsh fish python3; do command -v "$program" >/dev/null || echo "$program"; done; }
if [[ ${CI:-} == true && -n $(missing) ]]; then
  # shellcheck disable=SC2046 # one package each
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(missing) >/dev/null || exit 1
fi
exec ../vitest.sh command-line
