// 400 requests, each on a connection of its own: the primary deals out connections, not requests.
import { get } from "node:http";

const address = `http://127.0.0.1:${process.env.PORT ?? 3000}`;
const answers = {};

const ask = () =>
  new Promise((resolve, reject) => {
    get(address, { agent: false }, async (response) => {
      const name = (await response.toArray()).join("").trim();
      answers[name] = (answers[name] ?? 0) + 1;
      resolve();
    }).once("error", reject);
  });

for (let n = 0; n < 400; n += 20) await Promise.all(Array.from({ length: 20 }, ask));
console.log(JSON.stringify(answers));
