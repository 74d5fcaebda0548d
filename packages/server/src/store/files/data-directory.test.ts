import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryDirectory } from "../batch.testing.js";
import { openStore } from "../store.js";

let directory: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => directory.remove());

/** What `openStore` says, and what it logs. */
async function refusalOf(dataDir: string): Promise<{ code: string; message: string; logged: string[] }> {
  const logged: string[] = [];
  const logger = { log: (_level: string, message: string) => void logged.push(message) };
  const error = await openStore({ dataDir, logger }).then(
    () => expect.fail("it opened"),
    (reason: { code: string; message: string }) => reason,
  );
  return { code: error.code, message: error.message, logged };
}

describe("a data directory that cannot be used", () => {
  it("is refused with its name, the system's reason and what to do, when it is a file", async () => {
    const file = join(directory.path, "file");
    writeFileSync(file, "");
    for (const path of [file, join(file, "below")]) {
      expect(await refusalOf(path)).toEqual({
        code: "STORE_UNAVAILABLE",
        message: expect.stringMatching(
          /^the data directory \S+file\S* cannot be used \((EEXIST|ENOTDIR): .*\): it must be a directory that this user can write, or choose another with --data-dir$/,
        ),
        logged: [],
      });
    }
  });

  // Below /sys not even root may make a directory.
  it.skipIf(process.platform !== "linux")(
    "is refused the same where nothing may be written, new or there",
    async () => {
      for (const path of ["/sys/tidegauge", "/sys/kernel"]) {
        const { code, message, logged } = await refusalOf(path);
        expect({ code, logged }).toEqual({ code: "STORE_UNAVAILABLE", logged: [] });
        expect(message).toMatch(/^the data directory \/sys\/\w+ cannot be used \((EACCES|EPERM|EROFS|ENOENT): /);
      }
    },
  );
});
