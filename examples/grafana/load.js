// 60 requests that are answered and 20 that are not, over some seconds so that a rate can be seen.
import { setTimeout as sleep } from "node:timers/promises";

const address = `http://127.0.0.1:${process.env.PORT ?? 3000}`;

for (let n = 0; n < 80; n++) {
  const response = await fetch(n % 4 === 3 ? `${address}/nowhere` : address);
  await response.arrayBuffer();
  await sleep(50);
}
console.log("80 requests sent");
