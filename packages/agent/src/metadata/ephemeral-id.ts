/** A fresh `service.agent.ephemeral_id`: one per agent instance, that is per process or worker thread. */
export function createEphemeralId(): string {
  return process.getBuiltinModule("node:crypto").randomUUID();
}
