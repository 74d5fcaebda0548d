#!/usr/bin/env bash
exec "$(dirname "$0")/../vitest.sh" newcomer
