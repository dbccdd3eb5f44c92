import { setTimeout as delay } from "node:timers/promises";
import type { Ending } from "../run/runner.ts";
import type { CannedRun } from "./run-deps.ts";

/** Something that runs and can be told to end. */
export interface Live {
  kill(signal: "SIGTERM" | "SIGKILL"): void;
  ended: Promise<Ending>;
}

/** Plays a log in place of a process. */
export function playLog(canned: CannedRun, print: (bytes: Buffer) => void): Live {
  const killed = new AbortController();
  return {
    kill: (signal) => killed.abort(signal),
    ended: play(canned, print, killed.signal),
  };
}

async function play(
  { lines, linesPerSecond, exitCode }: CannedRun,
  print: (bytes: Buffer) => void,
  signal: AbortSignal,
): Promise<Ending> {
  for (const line of lines) {
    if (signal.aborted) break;
    print(Buffer.from(`${line}\n`));
    // Rejects only when it is to end.
    await delay(1000 / linesPerSecond, undefined, { signal }).catch(() => undefined);
  }
  const code = signal.reason === "SIGKILL" ? 137 : 143;
  return { exitCode: signal.aborted ? code : exitCode, oomKilled: false };
}
