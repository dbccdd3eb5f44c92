import { Clock } from "../../../src/emulator/clock.ts";
import { openHome } from "../../../src/emulator/home.ts";
import type { EmulatorOptions } from "../../../src/emulator/serve.ts";
import { serve } from "../../../src/emulator/serve.ts";
import { memoryLogs, scriptedRunner } from "./doubles.ts";
import { QUICK_TIMING } from "./quick-timing.ts";

/** The emulator's API over processes that the test plays. */
export async function startScripted(options: EmulatorOptions = {}, { isolated = true } = {}) {
  const clock = new Clock();
  const runner = scriptedRunner({ isolated });
  const logs = memoryLogs();
  const home = openHome(options.dataDir);
  const served = await serve(
    { ...options, timing: { ...QUICK_TIMING, ...options.timing } },
    { home, clock, runner, logs },
  );
  const call = async (
    method: string,
    path: string,
    { body, user = "alice", headers = {} }: CallOptions = {},
  ) => {
    const response = await fetch(`${served.context.origin}${path}`, {
      method,
      headers: {
        ...(user === "" ? {} : { authorization: `Bearer ${served.context.tokens.mint(user)}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
  };
  return { ...served, clock, runner, logs, call };
}

export type Scripted = Awaited<ReturnType<typeof startScripted>>;

interface CallOptions {
  body?: unknown;
  /** Empty for no token. */
  user?: string;
  headers?: Record<string, string>;
}
