import { describe, expect } from "vitest";
import { connectPlatform } from "../../../src/client/index.ts";
import type { Auth } from "../../../src/transports/http/auth.ts";
import type { Gate } from "../../../src/transports/http/who.ts";
import { METADATA, openDoor, platformAuth, test, URL_OF_MCP } from "./door.ts";

function ask({ pages }: Gate, request: Request): Promise<Response> | undefined {
  return pages[new URL(request.url).pathname]?.(request);
}

describe("the metadata", () => {
  test.for([METADATA, `${METADATA}/mcp`])("at %s names the platform's login", async (url, { door }) => {
    const answer = await ask(door.gate, new Request(url));
    expect(answer?.headers.get("access-control-allow-origin")).toBe("*");
    expect(await answer?.json()).toEqual({
      resource: URL_OF_MCP,
      resource_name: "Jobs of the Apolo platform",
      bearer_methods_supported: ["header"],
      authorization_servers: ["https://login.test/"],
    });
  });

  test("is only read", async ({ door }) => {
    expect((await ask(door.gate, new Request(METADATA, { method: "POST" })))?.status).toBe(405);
    expect((await ask(door.gate, new Request(METADATA, { method: "OPTIONS" })))?.status).toBe(204);
  });

  test.for([
    [true, "https://team.example.org/mcp"],
    [false, "http://inner:8811/mcp"],
  ] as const)("believes a proxy only where it is trusted: %s", async ([trustsProxy, resource], { proxy }) => {
    const { gate } = openDoor(proxy, { trustsProxy });
    const headers = { "x-forwarded-proto": "https", "x-forwarded-host": "team.example.org, inner" };
    const url = METADATA.replace("https://mcp.test", "http://inner:8811");
    const answer = await ask(gate, new Request(url, { headers }));
    expect(await answer?.json()).toMatchObject({ resource });
  });

  test("cannot be led astray by a forwarded host that is none", async ({ proxy }) => {
    const { gate } = openDoor(proxy, { trustsProxy: true });
    const headers = { "x-forwarded-proto": "https", "x-forwarded-host": 'a"b' };
    const answer = await gate.admit(new Request(URL_OF_MCP, { headers }));
    expect(answer instanceof Response && answer.headers.get("www-authenticate")).toContain(
      `"${METADATA}/mcp"`,
    );
  });

  test("is not to be had while the platform does not say", async ({ proxy }) => {
    const away = connectPlatform(undefined);
    const auth = {
      ...platformAuth(proxy.origin),
      authorizationServer: async () => String(await away.context()),
    };
    const { gate } = openDoor(proxy, {}, auth as Auth);
    expect((await ask(gate, new Request(METADATA)))?.status).toBe(503);
  });
});
