#!/usr/bin/env bash
# The store under faults: kill -9 (10 rounds, 100 with TIDEGAUGE_SOAK=1), a full disk, damaged files, and many rounds of
# the model test.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
[[ -n ${TIDEGAUGE_SOAK:-} ]] && export TIDEGAUGE_MODEL_RUNS=${TIDEGAUGE_MODEL_RUNS:-300}
exec conformance/vitest.sh store
