import { describe, expect, it } from "vitest";
import type { Span } from "../tracing/span.js";
import { patchExpressRouter } from "./express.js";
import { EXCHANGE, HttpExchange } from "./http-exchange.js";
import { Measuring } from "./measured.testing.js";

/** The router of express 5 as far as it is patched; `handleRequest` goes on at once. */
function patchedRouter(): {
  Router: new () => { stack: object[]; use(...args: unknown[]): void };
  Layer: new () => object;
} {
  class Layer {
    handleRequest(_request: unknown, _response: unknown, next: () => void): void {
      next();
    }
  }
  class Router {
    stack: object[] = [];
    use(): void {
      this.stack.push(new Layer());
    }
  }
  const files: Record<string, unknown> = { "./index.js": Router, "./lib/layer.js": Layer };
  patchExpressRouter({ version: "2.2.0", major: 2, require: (id) => files[id] }, new Measuring().guard("router"));
  return { Router, Layer } as never;
}

type Handler = { handleRequest(request: unknown, response: unknown, next: () => void): void };

describe("the router of express", () => {
  it("TR-22 leaves the route with its mount on the exchange", () => {
    const { Router, Layer } = patchedRouter();
    const router = new Router();
    router.use("/api", () => {});
    const exchange = new HttpExchange({} as Span);
    const request = { [EXCHANGE]: exchange };
    const route = Object.assign(new Layer(), { route: { path: "/things/:id" } }) as unknown as Handler;
    (router.stack[0] as Handler).handleRequest(request, {}, () => {});
    expect(exchange.mount).toBe("");
    exchange.mount = "/api";
    route.handleRequest(request, {}, () => {});
    expect(exchange.route).toBe("/api/things/:id");
  });

  it("TR-15 middleware leaves nothing: the request is not even asked", () => {
    const { Router } = patchedRouter();
    const router = new Router();
    router.use(() => {});
    const request = new Proxy(
      {},
      {
        get: () => {
          throw new Error("asked");
        },
      },
    );
    let isNext = false;
    (router.stack[0] as Handler).handleRequest(request, {}, () => {
      isNext = true;
    });
    expect(isNext).toBe(true);
  });
});
