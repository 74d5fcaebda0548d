#!/usr/bin/env bash
# Fetches and builds what both launchers need, so that a test's time-out does not have to include it.
set -euo pipefail
cd "$(dirname "$0")"
version=${OPENSEARCH_VERSION:-2.19.6}
[ -f "target-$version/search-node.jar" ] || mvn -B -q -Dmaven.compiler.release=17 -Dopensearch.version="$version" -DbuildDir="$PWD/target-$version" package
version=${ES_VERSION:-8.19.21}
[ -d "target-es/elasticsearch-$version" ] || mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.6.1:unpack \
  -Dartifact=org.elasticsearch.distribution.integ-test-zip:elasticsearch:"$version":zip -DoutputDirectory="$PWD/target-es"
