#!/usr/bin/env bash
# Ninety seconds; ten minutes with TIDEGAUGE_SOAK=1. TIDEGAUGE_FAULT_SEED=N repeats a run's faults.
exec "$(dirname "$0")/../vitest.sh" faults
