import { expect, onTestFinished, vi } from "vitest";
import { HeadTail } from "../../src/client/exec/head-tail.ts";
import { WITHIN } from "./busy.ts";

/** Ends the time of a command in a job once something of it was heard; no other timer has so many `seconds`. */
export function timeOverOnceHeard(seconds: number): Promise<void> {
  const heard = vi.spyOn(HeadTail.prototype, "push");
  onTestFinished(() => heard.mockRestore());
  return timeOverOnce(seconds, () => heard.mock.calls.flat().some(({ length }) => length > 0));
}

/** The same for a talk with a job's process, once that has said `text`. */
export function timeOverOnceSaid(seconds: number, text: string): Promise<void> {
  const decoded = vi.spyOn(TextDecoder.prototype, "decode");
  onTestFinished(() => decoded.mockRestore());
  return timeOverOnce(seconds, () => decoded.mock.results.some(({ value }) => String(value).includes(text)));
}

async function timeOverOnce(seconds: number, isHeard: () => boolean): Promise<void> {
  const timers = vi.spyOn(globalThis, "setTimeout");
  onTestFinished(() => timers.mockRestore());
  await vi.waitFor(() => expect(isHeard()).toBe(true), WITHIN);
  const timer = timers.mock.calls.find(([, ms = 0]) => ms > (seconds - 1) * 1000 && ms <= seconds * 1000);
  if (timer === undefined) throw new Error(`no timer of ${seconds} s was set`);
  const [fire] = timer;
  fire();
}
