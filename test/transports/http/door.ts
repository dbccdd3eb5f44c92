import { onTestFinished } from "vitest";
import { connectPlatform } from "../../../src/client/index.ts";
import type { Auth } from "../../../src/transports/http/auth.ts";
import { Callers } from "../../../src/transports/http/callers.ts";
import { type Admitted, type GateOptions, openGate } from "../../../src/transports/http/who.ts";
import { type FaultProxy, faultProxy } from "../../support/fault-proxy.ts";
import { test as base, openPolicy } from "../../support/fixtures.ts";

export const METADATA = "https://mcp.test/.well-known/oauth-protected-resource";
export const URL_OF_MCP = "https://mcp.test/mcp";

type Override = Partial<Omit<GateOptions, "auth">>;

/** A gate for users of the emulator behind a proxy, and a clock that only the test moves. */
export const test = base.extend<{
  proxy: FaultProxy;
  clock: { ms: number };
  door: ReturnType<typeof openDoor>;
}>({
  proxy: async ({ emulator }, use) => use(await faultProxy(emulator)),
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixture's needs off this parameter.
  clock: async ({}, use) => use({ ms: 1 }),
  door: async ({ proxy, clock }, use) => use(openDoor(proxy, { nowMs: () => clock.ms })),
});

export function platformAuth(
  origin: string,
  authorizationServer: string | undefined = "https://login.test/",
): Auth {
  return {
    by: "platform",
    connect: (token) =>
      connectPlatform({ source: "token", url: `${origin}/api/v1`, token: token.reveal() }, { retries: 0 }),
    authorizationServer: async () => authorizationServer,
  };
}

export function openDoor(
  { origin }: { origin: string },
  override: Override = {},
  auth = platformAuth(origin),
) {
  const callers = new Callers({ policy: openPolicy });
  onTestFinished(() => callers.close());
  const gate = openGate({ auth, callers, trustsProxy: false, ...override });
  const sent = (header?: string) =>
    new Request(URL_OF_MCP, {
      method: "POST",
      headers: header === undefined ? {} : { authorization: header },
    });
  const admit = (token: string) => gate.admit(sent(`Bearer ${token}`));
  return { callers, gate, admit, raw: (header?: string) => gate.admit(sent(header)) };
}

export function admitted(answer: Admitted | Response): Admitted {
  if (answer instanceof Response) throw new Error(`refused with ${answer.status}`);
  return answer;
}

export async function refused(answer: Admitted | Response) {
  if (!(answer instanceof Response)) throw new Error("admitted");
  const { status, headers } = answer;
  const body: { error: { message: string; data: { code: string } } } = JSON.parse(await answer.text());
  return { status, headers, message: body.error.message, code: body.error.data.code, body };
}
