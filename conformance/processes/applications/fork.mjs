import { fork } from "node:child_process";
import { report } from "./reports.mjs";

if (process.send === undefined) {
  const child = fork(process.argv[1]);
  await report("parent");
  await new Promise((resolve) => child.once("exit", resolve));
} else {
  await report("child");
  process.disconnect();
}
