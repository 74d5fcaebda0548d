import { getClient, MetricSet } from "@tidegauge/agent";
import express from "express";
import pg from "pg";

// PGHOST, PGPORT, PGUSER, PGDATABASE and PGPASSWORD, as psql reads them.
const pool = new pg.Pool();

// The agent already runs, by `--import`, and measures requests and statements. Only what it cannot know is said here.
// Without the agent getClient() gives one that does nothing, so this file also runs by a plain `node app.js`.
const client = getClient();
const metrics = client.metrics.register(MetricSet);
const sold = metrics.counters("shop.sold", ["category"]);
metrics.observe("shop.pool.waiting", () => pool.waitingCount);

const app = express();
app.use(express.json());

app.get("/products/:id", async (request, response) => {
  const { rows } = await pool.query("SELECT name, category, stock FROM products WHERE id = $1", [request.params.id]);
  if (rows.length === 0) response.status(404).json({ error: "no such product" });
  else response.json(rows[0]);
});

app.post("/orders", async (request, response) => {
  const { productId, quantity } = request.body;
  const category = await inTransaction(async (connection) => {
    const { rows } = await connection.query(
      "UPDATE products SET stock = stock - $2 WHERE id = $1 AND stock >= $2 RETURNING category",
      [productId, quantity],
    );
    if (rows.length === 0) return undefined;
    await connection.query("INSERT INTO orders (product_id, quantity) VALUES ($1, $2)", [productId, quantity]);
    return rows[0].category;
  });
  if (category === undefined) return response.status(409).json({ error: "sold out" });
  // After the commit: what was rolled back was not sold.
  sold.with(category).inc(quantity);
  response.status(201).end();
});

async function inTransaction(work) {
  const connection = await pool.connect();
  try {
    await connection.query("BEGIN");
    const result = await work(connection);
    await connection.query("COMMIT");
    return result;
  } catch (error) {
    await connection.query("ROLLBACK");
    throw error;
  } finally {
    connection.release();
  }
}

const server = app.listen(process.env.PORT ?? 3000, () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    server.close(async () => {
      await pool.end();
      await client.close(); // a handler of one's own: the last values are ours to send
    });
  });
}
