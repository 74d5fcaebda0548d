import { once } from "node:events";
import { createServer } from "node:net";

/**
 * A port for a program that cannot choose one itself. It is free when asked; who takes it in between makes the program
 * end with an error, which its suite reports.
 *
 * @returns {Promise<number>}
 */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
