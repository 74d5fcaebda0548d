import { expect, it, vi } from "vitest";
import { Loader } from "./loader.js";

/** A load whose answers the test gives. */
function manual() {
  const answers: { resolve(value: number): void; reject(error: Error): void; signal: AbortSignal }[] = [];
  const load = (signal: AbortSignal) =>
    new Promise<number>((resolve, reject) => {
      answers.push({ resolve, reject, signal });
    });
  const told: (number | string)[] = [];
  const loader = new Loader<number>({
    load,
    onData: (data) => told.push(data),
    onError: (error) => told.push((error as Error).message),
    retries: (error) => (error as Error).message === "down",
    retryAfterMs: 1,
  });
  return { loader, answers, told };
}

it("waits for a slow answer instead of asking anew, and asks once more for all that was wanted meanwhile", async () => {
  const { loader, answers, told } = manual();
  loader.run();
  loader.run();
  loader.run();
  expect(answers).toHaveLength(1);
  answers[0]?.resolve(1);
  await vi.waitFor(() => expect(answers).toHaveLength(2), 20_000);
  expect(told).toEqual([1]);
  answers[1]?.resolve(2);
  await vi.waitFor(() => expect(told).toEqual([1, 2]), 20_000);
  expect(answers).toHaveLength(2);
});

it("ends the request and tells nothing more once it is stopped", async () => {
  const { loader, answers, told } = manual();
  loader.run();
  loader.stop();
  expect(answers[0]?.signal.aborted).toBe(true);
  answers[0]?.resolve(1);
  loader.run();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(told).toEqual([]);
  expect(answers).toHaveLength(1);
});

it("asks again by itself where that can help, and only there", async () => {
  const { loader, answers, told } = manual();
  loader.run();
  answers[0]?.reject(new Error("down"));
  await vi.waitFor(() => expect(answers).toHaveLength(2), 20_000);
  answers[1]?.reject(new Error("bad query"));
  await vi.waitFor(() => expect(told).toEqual(["down", "bad query"]), 20_000);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(answers).toHaveLength(2);
  loader.stop();
});
