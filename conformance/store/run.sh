#!/usr/bin/env bash
# The store under faults: kill -9 (10 rounds, 100 with TIDEGAUGE_SOAK=1) and a disk filled to the brim. With
# TIDEGAUGE_SOAK=1 also 200 rounds of the model test, of which `npm test` runs a few.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
if [[ -n ${TIDEGAUGE_SOAK:-} ]]; then
  TIDEGAUGE_MODEL_RUNS=${TIDEGAUGE_MODEL_RUNS:-200} npx vitest run packages/server/src/store/model.test.ts || exit 1
fi
exec conformance/vitest.sh store
