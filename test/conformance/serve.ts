import { once } from "node:events";
import { connectPlatform, loginFromPassedConfig } from "../../src/client/index.ts";
import { startEmulator } from "../../src/emulator/index.ts";
import { openCaller } from "../../src/operations/caller.ts";
import { openHttp } from "../../src/transports/http/index.ts";
import { POLICY } from "../support/policy.ts";
import { extendWithFixtures } from "./fixtures.ts";
import { tools } from "./tools.ts";

/**
 * The product over HTTP with the fixtures of the official suite, on the emulator. Prints its address; ends with its
 * input, or when told to.
 */
const emulator = await startEmulator({});
const platform = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
const caller = openCaller(platform, POLICY);
const server = await openHttp({
  ...{ host: "127.0.0.1", port: 0, allowedHosts: [], anyHost: false, drainMs: 0, stateless: false },
  sessions: { idleMs: 60_000, most: 100 },
  admit: async () => ({
    id: "own",
    caller,
    closed: new AbortController().signal,
    done: () => undefined,
    charge: async () => undefined,
  }),
  pages: {},
  extraTools: tools,
  extend: extendWithFixtures,
});
process.stdout.write(`${server.url}\n`);
process.stdin.resume();
await Promise.race([once(process.stdin, "end"), once(process, "SIGTERM")]);
process.stdin.destroy();
await server.close();
await caller.close();
await platform.close();
await emulator.close();
