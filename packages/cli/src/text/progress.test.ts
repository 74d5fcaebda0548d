import { describe, expect, it } from "vitest";
import { Progress } from "./progress.js";

function stream(isTTY: boolean): { written: string[]; stream: NodeJS.WriteStream } {
  const written: string[] = [];
  return { written, stream: { isTTY, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream };
}

describe("Progress", () => {
  it("draws one line in a terminal and takes it away", () => {
    const { written, stream: terminal } = stream(true);
    const progress = new Progress(terminal);
    progress.show("1 of 2");
    progress.show("2 of 2"); // too soon to be seen
    progress.clear();
    progress.clear();
    expect(written).toEqual(["\r\u001b[K1 of 2", "\r\u001b[K"]);
  });

  it("says nothing elsewhere", () => {
    const { written, stream: file } = stream(false);
    const progress = new Progress(file);
    progress.show("1 of 2");
    progress.clear();
    expect(written).toEqual([]);
  });
});
