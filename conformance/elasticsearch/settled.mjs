/** Waits until nothing of these servers waits on disk for the search node. @param {...{ url: string }} servers */
export async function settled(...servers) {
  for (const server of servers) {
    while (await isBehind(server)) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Do documents wait on this server's disk? @param {{ url: string }} server */
export async function isBehind(server) {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const [, bytes] = /^tidegauge_elasticsearch_queue_bytes (\d+)$/m.exec(metrics);
  return bytes !== "0";
}
