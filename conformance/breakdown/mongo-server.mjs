import { once } from "node:events";
import { createRequire } from "node:module";
import { createServer } from "node:net";

const { deserialize, serialize } = createRequire(import.meta.resolve("mongodb"))("bson");
const OP_MSG = 2013;

/**
 * Speaks as much of MongoDB's wire protocol as the driver needs to connect, insert, and read four documents in two batches. Stands in for the real server,
 * which is not in Debian; the driver and its sockets are real.
 */
export class MongoServer {
  #sockets = new Set();

  async start() {
    this.#server = createServer((socket) => this.#serve(socket));
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    this.port = this.#server.address().port;
    return this;
  }

  #server;

  async stop() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #serve(socket) {
    this.#sockets.add(socket);
    socket.on("error", () => {}).on("close", () => this.#sockets.delete(socket));
    let pending = Buffer.alloc(0);
    socket.on("data", (data) => {
      pending = Buffer.concat([pending, data]);
      while (pending.length >= 4 && pending.length >= pending.readInt32LE(0)) {
        const message = pending.subarray(0, pending.readInt32LE(0));
        pending = pending.subarray(message.length);
        socket.write(answer(message));
      }
    });
  }
}

function answer(message) {
  const isOpMsg = message.readInt32LE(12) === OP_MSG;
  // OP_MSG: flags, kind 0, document. OP_QUERY (first hello): flags, name, skip, limit, document.
  const at = isOpMsg ? 21 : message.indexOf(0, 20) + 9;
  const command = deserialize(message.subarray(at, at + message.readInt32LE(at)));
  const document = Buffer.from(serialize(reply(command)));
  const head = isOpMsg ? Buffer.alloc(16 + 5) : Buffer.alloc(16 + 20);
  head.writeInt32LE(head.length + document.length, 0);
  head.writeInt32LE(message.readInt32LE(4), 8);
  head.writeInt32LE(isOpMsg ? OP_MSG : 1, 12);
  if (!isOpMsg) head.writeInt32LE(1, 32);
  return Buffer.concat([head, document]);
}

function reply(command) {
  if ("hello" in command || "ismaster" in command || "isMaster" in command) {
    return {
      ok: 1,
      ismaster: true,
      isWritablePrimary: true,
      helloOk: true,
      maxBsonObjectSize: 16_777_216,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      minWireVersion: 0,
      maxWireVersion: 21,
    };
  }
  if ("find" in command) return { ok: 1, cursor: { id: 7n, ns: "test.things", firstBatch: [{ x: 1 }, { x: 2 }] } };
  if ("getMore" in command) return { ok: 1, cursor: { id: 0n, ns: "test.things", nextBatch: [{ x: 3 }, { x: 4 }] } };
  if ("update" in command) return { ok: 0, code: 9, errmsg: "unknown modifier" };
  return { ok: 1, n: 1 };
}
