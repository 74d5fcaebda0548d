import { describe, expect, it, vi } from "vitest";
import { systemClock } from "./clock.js";

describe("systemClock", () => {
  it("W-33 waits as long as Node can where it is asked to wait longer, and Node does not warn", async () => {
    const warning = vi.spyOn(process, "emitWarning").mockReturnValue();
    const early = vi.fn();
    // The longest `api_request_time` and a tenth.
    const timer = systemClock.after(24 * 86_400_000 * 1.1, early);
    try {
      await new Promise<void>((resolve) => systemClock.after(20, resolve, true));
      expect(early).not.toHaveBeenCalled();
      expect(warning).not.toHaveBeenCalled();
    } finally {
      timer.cancel();
      warning.mockRestore();
    }
  });
});
