import type { DuckDBConnection } from "@duckdb/node-api";

/** More interrupts than can be meant for one query: it is cancelled once, and its gate pauses and closes. */
const MOST_INTERRUPTS = 10;

/**
 * Ends the transaction of a connection that others may interrupt, and keeps nothing of it; without one nothing happens. An interrupt that was meant for
 * the query may hit this too: it is tried again, since a connection within a failed transaction answers nothing any more.
 */
export async function rollBack(connection: DuckDBConnection): Promise<void> {
  for (let interrupts = 0; interrupts < MOST_INTERRUPTS; interrupts++) {
    try {
      await connection.run("ROLLBACK");
      return;
    } catch (error) {
      if (!/interrupt/i.test(String(error))) return;
    }
  }
}
