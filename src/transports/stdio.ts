import { setTimeout as sleep } from "node:timers/promises";
import type { Platform } from "../client/index.ts";
import { log } from "../log.ts";
import { openCaller, type Policy } from "../operations/caller.ts";
import { createServer } from "../server/index.ts";
import { StdioTransport } from "./stdio-transport.ts";

/** A little more than the longest call takes: nobody waits forever. */
const LAST_ANSWERS_MS = 60_000;

/**
 * Speaks MCP over stdin and stdout until the client goes away: one session, of one caller. When the client merely
 * stops writing, its open calls are still answered.
 */
export async function serveStdio(platform: Platform, policy: Policy): Promise<void> {
  const { stdin, stdout } = process;
  const transport = new StdioTransport(stdin, stdout);
  const ended = new Promise<void>((resolve) => {
    for (const event of ["end", "close", "error"]) stdin.once(event, () => resolve());
  });
  const gone = new Promise<void>((resolve) => {
    stdout.once("error", () => resolve());
  });
  const caller = openCaller(platform, policy, logBug);
  const server = createServer(caller);
  await server.connect(transport);
  await Promise.race([ended, gone]);
  transport.end();
  await Promise.race([transport.idle(), gone, sleep(LAST_ANSWERS_MS, undefined, { ref: false })]);
  await server.close();
  await caller.close();
}

function logBug(error: unknown): void {
  log("error", `watching for changes: ${error instanceof Error ? error.stack : String(error)}`);
}
