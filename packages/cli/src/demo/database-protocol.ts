/** One thing the shop sells. */
export interface Product {
  readonly id: number;
  readonly name: string;
  /** Euro cents. */
  readonly priceCents: number;
  readonly description: string;
}

/** One line from a client: a statement, answered under the same id. */
export interface Request {
  readonly id: number;
  readonly operation: "get" | "list" | "push" | "pop" | "length";
  readonly key?: string;
  readonly value?: string;
}

/** One line from the database. */
export interface Response {
  readonly id: number;
  readonly result: unknown;
}

const KINDS = ["buoy", "rope", "lantern", "compass", "anchor", "oilskin", "chart", "sextant"];
const MAKERS = ["Helgoland", "Aran", "Skagen", "Ushant", "Lofoten"];

/** A catalogue of 200 products, the same on each start. */
export function sampleProducts(): Product[] {
  return Array.from({ length: 200 }, (_, id) => {
    const kind = KINDS[id % KINDS.length] ?? "";
    const maker = MAKERS[id % MAKERS.length] ?? "";
    return {
      id,
      name: `${maker} ${kind} no. ${id}`,
      priceCents: 500 + ((id * 7919) % 20_000),
      description: `The ${kind} that the pilots of ${maker} have used since ${1850 + (id % 90)}.`,
    };
  });
}
