// 200 looks at a product and 50 orders of two pieces each, ten requests at a time.
const shop = `http://127.0.0.1:${process.env.PORT ?? 3000}`;

async function send(path, options) {
  const response = await fetch(shop + path, options);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}

const look = (n) => send(`/products/${1 + (n % 10)}`);
const order = (n) =>
  send("/orders", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ productId: 1 + (n % 10), quantity: 2 }),
  });

for (let n = 0; n < 200; n += 10) await Promise.all(Array.from({ length: 10 }, (_, k) => look(n + k)));
for (let n = 0; n < 50; n += 10) await Promise.all(Array.from({ length: 10 }, (_, k) => order(n + k)));
console.log("200 products looked at, 100 pieces ordered");
