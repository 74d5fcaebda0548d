// The application's own measurements, to compare the agent's with. No agent is involved.
const totals = {};

/** Adds `fn`'s time, to the end of its promise, to the total of that name. */
exports.timed = async (name, fn) => {
  totals[name] ??= { sumUs: 0, count: 0 };
  const total = totals[name];
  const started = process.hrtime.bigint();
  try {
    return await fn();
  } finally {
    total.sumUs += Number(process.hrtime.bigint() - started) / 1000;
    total.count++;
  }
};

/** Adds the time until the response is handed to the system. */
exports.timeResponse = (response, name = "requests") => {
  totals[name] ??= { sumUs: 0, count: 0 };
  const total = totals[name];
  const started = process.hrtime.bigint();
  response.once("finish", () => {
    total.sumUs += Number(process.hrtime.bigint() - started) / 1000;
    total.count++;
  });
};

/** Counts something. */
exports.count = (name) => {
  totals[name] ??= { sumUs: 0, count: 0 };
  totals[name].count++;
};

process.on("message", () => process.send(totals));
process.channel?.unref();

/** Prints the line the tests wait for. */
exports.listening = (server) => console.log(`listening ${server.address().port}`);

/** `require` of the libraries under test: the newest majors or the ones before. */
exports.requireLibrary = require("node:module").createRequire(
  require("node:path").join(__dirname, "..", process.env.APP_LIBRARIES ?? ".", "package.json"),
);
