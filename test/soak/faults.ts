import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../../src/emulator/scenes/random.ts";
import type { Fault } from "../support/fault-proxy.ts";

const START = /\/jobs\?from_preset/;
const LOOKUP = /\/jobs\?.*tag=/;
const STATUSES = [429, 500, 502, 503, 504];
/** The longest that the network holds a request back, whoever still waits for it. */
const MOST_HELD_MS = { long: 1500, short: 400 };
/** About as much as the platform answers to a start. */
const ANSWER_BYTES = 1500;

/** Faults of starts and of looking them up, as chance will have it; `held` are the requests that are still to come. */
export function randomFaults(random: Random, { isLong }: { isLong: boolean }) {
  const held = new Set<Promise<unknown>>();
  const struck = new Map<string, number>();
  const hold = (): Fault => {
    const over = delay(random.between(1, isLong ? MOST_HELD_MS.long : MOST_HELD_MS.short));
    held.add(over);
    void over.then(() => held.delete(over));
    return { before: over };
  };
  const bytes = () => random.between(0, ANSWER_BYTES);
  const all: Record<string, () => Fault> = {
    "held back": hold,
    "answer lost": () => ({ answer: "lost" }),
    "answer reset at a byte": () => ({ after: { bytes: bytes(), comes: "reset" } }),
    "answer cut at a byte": () => ({ after: { bytes: bytes(), comes: "end" } }),
    "answer late": () => ({ answer: random.between(1, 500) }),
  };
  /** After these it is some twenty seconds before a start is sent again. */
  const slow: typeof all = {
    "reset before it is read": () => ({ instead: "reset" }),
    "refused by a gateway": () => ({ instead: { status: random.pick(STATUSES) } }),
    "no answer": () => ({ answer: delay(60_000, undefined, { ref: false }) }),
  };
  const faults = isLong ? { ...all, ...slow } : all;
  return {
    held,
    struck,
    choose({ method, path }: { method: string; path: string }): Fault | undefined {
      const isStart = method === "POST" && START.test(path);
      const isHarmed = isStart ? random.chance(0.5) : LOOKUP.test(path) && random.chance(0.25);
      if (!isHarmed) return undefined;
      const name = random.pick(Object.keys(faults));
      const key = `${isStart ? "start" : "look-up"}: ${name}`;
      struck.set(key, (struck.get(key) ?? 0) + 1);
      return faults[name]?.();
    },
  };
}
