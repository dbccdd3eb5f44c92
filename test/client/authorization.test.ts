import { describe } from "vitest";
import { authorizationServer } from "../../src/client/index.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { expect, test } from "../support/fixtures.ts";

const json = { "content-type": "application/json" };

describe("authorizationServer", () => {
  test("is where the platform sends those who log in", async ({ emulator }) => {
    expect(await authorizationServer(`${emulator.url}/`)).toBe(`${new URL(emulator.url).origin}/`);
  });

  test.for([
    [200, '{"authorized":false}', undefined],
    [200, '{"auth_url":"https://auth.example.org/x/authorize?a=b"}', "https://auth.example.org/"],
  ] as const)("of an answer %s %s is %s", async ([status, body, expected], { emulator }) => {
    const proxy = await faultProxy(emulator);
    proxy.add({ instead: { status, headers: json, body } });
    expect(await authorizationServer(`${proxy.origin}/api/v1`)).toBe(expected);
  });

  test.for([
    [{ status: 502, body: "bad gateway" }, "unavailable"],
    [{ status: 200, body: "<html>" }, "protocol_error"],
    [{ status: 200, headers: json, body: '{"auth_url":"nowhere"}' }, "protocol_error"],
    ["reset", "unavailable"],
  ] as const)("fails on %j as %s", async ([instead, code], { emulator }) => {
    const proxy = await faultProxy(emulator);
    proxy.add({ instead: typeof instead === "string" ? instead : { ...instead } });
    await expect(authorizationServer(`${proxy.origin}/api/v1`)).rejects.toMatchObject({ code });
  });
});
