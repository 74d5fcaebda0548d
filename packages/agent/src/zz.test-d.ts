import { expectTypeOf, it } from "vitest";
it("wrong", () => { expectTypeOf<string>().toEqualTypeOf<number>(); });
