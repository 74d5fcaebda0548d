#!/usr/bin/env bash
# The bridges to Prometheus and OpenTelemetry clients, against the real packages.
set -uo pipefail
cd "$(dirname "$0")" || exit 1
npm ci --no-audit --no-fund --loglevel=error || exit 1
exec ../vitest.sh peers
