#!/usr/bin/env bash
# Elastic's own agents for Node.js, Python and Go, unchanged, report into the server. An agent whose language is missing is skipped and named.
set -uo pipefail
cd "$(dirname "$0")" || exit 1
./install.sh || exit 1
exec ../vitest.sh agents
