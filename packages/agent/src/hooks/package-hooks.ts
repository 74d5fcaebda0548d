import type { Tracer } from "../tracing/tracer.js";
import type { HookReporter } from "./hook-guard.js";
import type { ModuleHook } from "./module-hooks.js";

/**
 * The packages that are measured, and the major versions whose inside is known. How each is patched is loaded with the package itself: an application uses
 * few of them, and the files of all the others would only cost it start-up time.
 */
export function packageHooks(tracer: Tracer, reporter: HookReporter): ModuleHook[] {
  return [
    {
      packageName: "express",
      majors: [4, 5],
      patch: (loaded, guard) => (require("./express.js") as typeof import("./express.js")).patchExpress(loaded, guard),
    },
    {
      packageName: "router",
      majors: [2],
      patch: (loaded, guard) =>
        (require("./express.js") as typeof import("./express.js")).patchExpressRouter(loaded, guard),
    },
    {
      packageName: "koa",
      majors: [2, 3],
      patch: (loaded, guard) => (require("./koa.js") as typeof import("./koa.js")).patchKoa(loaded, guard),
    },
    {
      packageName: "pg",
      majors: [8],
      patch: (loaded, guard) => (require("./pg.js") as typeof import("./pg.js")).patchPg(loaded, guard),
    },
    {
      packageName: "mysql2",
      majors: [2, 3],
      patch: (loaded, guard) => (require("./mysql2.js") as typeof import("./mysql2.js")).patchMysql2(loaded, guard),
    },
    {
      packageName: "ioredis",
      majors: [5, 6],
      patch: (loaded, guard) => (require("./ioredis.js") as typeof import("./ioredis.js")).patchIoredis(loaded, guard),
    },
    {
      packageName: "@redis/client",
      // redis 4 brings 1, redis 5 and 6 bring their own number.
      majors: [1, 5, 6],
      patch: (loaded, guard) => (require("./redis.js") as typeof import("./redis.js")).patchRedis(loaded, guard),
    },
    {
      packageName: "mongodb",
      majors: [5, 6, 7],
      patch: (loaded, guard) => (require("./mongodb.js") as typeof import("./mongodb.js")).patchMongodb(loaded, guard),
    },
    {
      packageName: "@opentelemetry/api",
      majors: [1],
      patch: (loaded) =>
        (require("./opentelemetry.js") as typeof import("./opentelemetry.js")).patchOpentelemetryApi(
          loaded,
          tracer,
          reporter,
        ),
    },
    elasticAgentHook(reporter),
  ];
}

/** Says once that two agents measure the same, and what to do (TR-16). */
function elasticAgentHook(reporter: HookReporter): ModuleHook {
  return {
    packageName: "elastic-apm-node",
    majors: [3, 4],
    patch(): [] {
      reporter.warn(
        "elastic-apm-node is loaded as well: both agents measure HTTP, frameworks, databases and span breakdown, so those metrics are sent twice if both report to one service. Set its option metricsInterval to 0 to keep only its traces.",
      );
      return [];
    },
  };
}
