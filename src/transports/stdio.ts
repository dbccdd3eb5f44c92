import { setTimeout as sleep } from "node:timers/promises";
import type { Platform } from "../client/index.ts";
import { log } from "../log.ts";
import { openCaller, type Policy } from "../operations/caller.ts";
import type { Observer } from "../operations/observer.ts";
import { createServer } from "../server/index.ts";
import { makeScrub } from "../server/scrub.ts";
import { StdioTransport } from "./stdio-transport.ts";

/** A little more than the longest call takes: nobody waits forever. */
const LAST_ANSWERS_MS = 60_000;

/** The session was given up, and why. */
export class StdioError extends Error {
  override readonly name = "StdioError";
}

export interface StdioSession {
  /** Resolves when the client has gone and has its answers. @throws {StdioError} */
  ended: Promise<void>;
  close(): Promise<void>;
}

/**
 * Speaks MCP over stdin and stdout until the client goes away: one session, of one caller. When the client merely
 * stops writing, its open calls are still answered.
 */
export async function openStdio(
  platform: Platform,
  policy: Policy,
  observer?: Observer,
): Promise<StdioSession> {
  const scrub = makeScrub(policy.secrets, () => platform.secrets());
  const transport = new StdioTransport(process.stdin, process.stdout, scrub);
  const caller = openCaller(platform, policy, { onBug: logBug, observer });
  const server = createServer(caller);
  const ended = untilEnded(transport);
  await server.connect(transport);
  return {
    ended,
    async close() {
      await server.close();
      await caller.close();
    },
  };
}

async function untilEnded(transport: StdioTransport): Promise<void> {
  const { stdin, stdout } = process;
  const failed = new Promise<never>((_, reject) => {
    stdin.once("error", (cause) => reject(givenUp("stdin cannot be read", cause)));
    stdout.once("error", (cause) => reject(givenUp("the client takes no more answers", cause)));
  });
  const inputEnded = new Promise<void>((resolve) => {
    for (const event of ["end", "close"]) stdin.once(event, () => resolve());
  });
  await Promise.race([inputEnded, failed]);
  transport.end();
  const late = sleep(LAST_ANSWERS_MS, undefined, { ref: false }).then(() => {
    throw new StdioError(
      `the session is given up: calls are open, or answers not read, ${LAST_ANSWERS_MS / 1000} s after the end of stdin`,
    );
  });
  await Promise.race([transport.idle(), failed, late]);
}

function givenUp(what: string, cause: Error): StdioError {
  return new StdioError(`the session is given up: ${what} (${cause.message})`, { cause });
}

export function logBug(error: unknown): void {
  log("error", `watching for changes: ${error instanceof Error ? error.stack : String(error)}`);
}
