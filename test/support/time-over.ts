import { expect, onTestFinished, vi } from "vitest";
import { HeadTail } from "../../src/client/exec/head-tail.ts";
import { WITHIN } from "./busy.ts";

/** Ends the time of a command in a job once something of it was heard; no other timer has so many `seconds`. */
export async function timeOverOnceHeard(seconds: number): Promise<void> {
  const timers = vi.spyOn(globalThis, "setTimeout");
  const heard = vi.spyOn(HeadTail.prototype, "push");
  onTestFinished(() => {
    timers.mockRestore();
    heard.mockRestore();
  });
  await vi.waitFor(() => expect(heard.mock.calls.flat().some(({ length }) => length > 0)).toBe(true), WITHIN);
  const timer = timers.mock.calls.find(([, ms = 0]) => ms > (seconds - 1) * 1000 && ms <= seconds * 1000);
  if (timer === undefined) throw new Error(`no timer of ${seconds} s was set`);
  const [fire] = timer;
  fire();
}
