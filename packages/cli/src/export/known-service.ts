import type { QueryApi } from "../api/query-api.js";
import { UsageError } from "../failure.js";

/** Throws a `UsageError` for a service that the server never heard of: an export of nothing would hide a slip of the pen. */
export async function checkKnown(api: QueryApi, service: string): Promise<void> {
  const { services } = await api.services();
  if (services.some(({ name }) => name === service)) return;
  throw new UsageError(`no service is called ${service}; tidegauge top shows which there are`);
}
