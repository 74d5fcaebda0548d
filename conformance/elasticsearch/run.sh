#!/usr/bin/env bash
# Real OpenSearch and Elasticsearch nodes, built from Maven Central on first use. Without Java or Maven it is skipped and says so; .ci/run installs both.
set -uo pipefail
cd "$(dirname "$0")" || exit 1

if ! command -v java >/dev/null || ! command -v mvn >/dev/null; then
  if [[ ${CI:-} == true ]]; then
    apt-get update -qq && apt-get install -y -qq openjdk-17-jdk-headless maven || exit 1
  else
    echo "skipped: java and mvn are needed for a real OpenSearch (Debian: apt-get install openjdk-17-jdk-headless maven)"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
  fi
fi
../search-node/build.sh || exit 1
# The peers' installation is the same as for conformance/agents.
../agents/install.sh || exit 1
exec ../vitest.sh elasticsearch
