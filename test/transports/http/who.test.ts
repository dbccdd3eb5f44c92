import { inspect } from "node:util";
import { describe, expect, onTestFinished, vi } from "vitest";
import { connectPlatform } from "../../../src/client/index.ts";
import type { Emulator } from "../../../src/emulator/index.ts";
import type { Auth } from "../../../src/transports/http/auth.ts";
import { Callers } from "../../../src/transports/http/callers.ts";
import { Secret } from "../../../src/transports/http/secret.ts";
import type { Gate } from "../../../src/transports/http/who.ts";
import type { FaultProxy } from "../../support/fault-proxy.ts";
import { openPolicy } from "../../support/fixtures.ts";
import { gate as barrier } from "../../support/gate.ts";
import { admitted, METADATA, openDoor, refused, test } from "./door.ts";

const checks = ({ seen }: FaultProxy) => seen.filter(({ path }) => path.endsWith("/config")).length;

/** A token that names a user and that nobody signed. */
function forged(emulator: Emulator, user = "alice"): string {
  return `${emulator.tokenFor(user).split(".").slice(0, 2).join(".")}.${"A".repeat(43)}`;
}

/** What is answered where the platform quotes the token in refusing it, in whatever form. */
async function answersThatQuote(
  proxy: FaultProxy,
  token: string,
  admit: (token: string) => ReturnType<Gate["admit"]>,
) {
  const headers = { "content-type": "application/json", "x-error": token };
  const body = JSON.stringify({ error: `cannot read ${token}`, error_description: token });
  const answers = [];
  for (const status of [400, 403, 409, 418, 500, 502, 503]) {
    proxy.clear();
    proxy.add({ instead: { status, headers, body } });
    answers.push(await refused(await admit(token)));
  }
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503));
  return answers;
}

describe("with everybody's own token", () => {
  test("each caller acts as the user of the token", async ({ door, emulator }) => {
    const users = await Promise.all(
      ["alice", "bob"].map(async (name) => {
        const { id, caller } = admitted(await door.admit(emulator.tokenFor(name)));
        return { id, user: (await caller.platform.context()).user };
      }),
    );
    expect(users.map(({ user }) => user)).toEqual(["alice", "bob"]);
    expect(users[0]?.id).not.toBe(users[1]?.id);
  });

  test("requests of one caller share it, and what it knows", async ({ door, emulator, proxy }) => {
    const first = admitted(await door.admit(emulator.tokenFor("alice")));
    const second = admitted(await door.raw(`bearer  ${emulator.tokenFor("alice")} `));
    await second.caller.platform.context();
    expect(second.caller).toBe(first.caller);
    expect(checks(proxy)).toBe(1);
  });

  test("requests that come together are one check", async ({ door, emulator, proxy }) => {
    const token = emulator.tokenFor("alice");
    const answers = await Promise.all(Array.from({ length: 30 }, () => door.admit(token)));
    expect(new Set(answers.map((answer) => admitted(answer).caller)).size).toBe(1);
    expect(checks(proxy)).toBe(1);
  });

  test("asks again after a minute", async ({ door, emulator, proxy, clock }) => {
    const token = emulator.tokenFor("alice");
    await door.admit(token);
    clock.ms += 59_000;
    await door.admit(token);
    expect(checks(proxy)).toBe(1);
    clock.ms += 2000;
    await door.admit(token);
    expect(checks(proxy)).toBe(2);
  });

  test("asks again once the token says that it has expired", async ({ door, proxy, clock }) => {
    const json = { "content-type": "application/json" };
    proxy.add({ path: /config/, instead: { status: 200, headers: json, body: '{"authorized":true}' } });
    const claims = { identity: "alice", exp: Math.ceil(Date.now() / 1000) + 50 };
    const token = `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;
    await door.admit(token);
    // The check itself takes some of the token's time.
    clock.ms += 30_000;
    admitted(await door.admit(token));
    expect(checks(proxy)).toBe(1);
    clock.ms += 22_000;
    admitted(await door.admit(token));
    expect(checks(proxy)).toBe(2);
  });

  test("closes a caller whose token is not accepted any more", async ({ door, emulator, proxy, clock }) => {
    const token = emulator.tokenFor("alice");
    const held = admitted(await door.admit(token));
    proxy.add({ path: /config/, body: (text) => text.replace(/"authorized": ?true/, '"authorized":false') });
    clock.ms += 61_000;
    expect(await refused(await door.admit(token))).toMatchObject({ status: 401, code: "not_authenticated" });
    expect(held.closed.aborted).toBe(true);
    expect(door.callers.size).toBe(0);
    held.done();
    expect(door.callers.size).toBe(0);
  });

  test("refuses a forged token, and asks again only after 5 s", async ({ door, emulator, proxy, clock }) => {
    const token = forged(emulator);
    for (const aheadMs of [0, 0, 4000]) {
      clock.ms += aheadMs;
      expect(await refused(await door.admit(token))).toMatchObject({ status: 401 });
    }
    expect(checks(proxy)).toBe(1);
    expect(door.callers.size).toBe(0);
    clock.ms += 2000;
    await door.admit(token);
    expect(checks(proxy)).toBe(2);
  });

  test("refuses without asking where there is no bearer token", async ({ door, proxy, emulator }) => {
    const token = emulator.tokenFor("alice");
    for (const header of [
      "",
      "Bearer",
      `Basic ${token}`,
      token,
      `Bearer ${token} x`,
      `Bearer ${token}, Bearer x`,
    ])
      expect(await refused(await door.raw(header))).toMatchObject({ status: 401, code: "not_authenticated" });
    expect(proxy.seen).toEqual([]);
  });

  test("says in a refusal what to send and where to log in", async ({ door, emulator }) => {
    const missing = await refused(await door.raw());
    expect(missing.message).toContain("Send your Apolo token");
    expect(missing.body).toMatchObject({ jsonrpc: "2.0", id: null, error: { code: -32000 } });
    expect(missing.headers.get("www-authenticate")).toBe(
      `Bearer realm="apolo-jobs-mcp", resource_metadata="${METADATA}/mcp"`,
    );
    const wrong = await refused(await door.admit(forged(emulator)));
    expect(wrong.message).toContain("log in again");
    expect(wrong.headers.get("www-authenticate")).toBe(
      `Bearer realm="apolo-jobs-mcp", error="invalid_token", resource_metadata="${METADATA}/mcp"`,
    );
  });

  test("says that the platform cannot be reached, and lets in once it can", async ({
    door,
    emulator,
    proxy,
  }) => {
    const back = proxy.add({ instead: { status: 502 } });
    const answer = await refused(await door.admit(emulator.tokenFor("alice")));
    expect(answer).toMatchObject({ status: 503, code: "unavailable" });
    expect(answer.message).toContain("The platform could not be asked who calls");
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(answer.headers.get("www-authenticate")).toBeNull();
    back();
    admitted(await door.admit(emulator.tokenFor("alice")));
  });

  test("does not let in on an old answer while the platform is away", async ({
    door,
    emulator,
    proxy,
    clock,
  }) => {
    const token = emulator.tokenFor("alice");
    const held = admitted(await door.admit(token));
    clock.ms += 61_000;
    proxy.add({ instead: "reset" });
    expect(await refused(await door.admit(token))).toMatchObject({ status: 503 });
    expect(held.closed.aborted).toBe(false);
  });

  test("lets known callers in while many unknown ones are checked", async ({ door, emulator, proxy }) => {
    const held = barrier();
    await door.admit(emulator.tokenFor("alice"));
    proxy.add({ path: /config/, before: held.opened });
    const strangers = Array.from({ length: 60 }, (_, index) =>
      door.admit(`${forged(emulator, "bob")}${index}`),
    );
    admitted(await door.admit(emulator.tokenFor("alice")));
    expect(checks(proxy)).toBeLessThanOrEqual(51);
    held.open();
    const statuses = (await Promise.all(strangers)).map(
      (answer) => answer instanceof Response && answer.status,
    );
    expect(new Set(statuses)).toEqual(new Set([401]));
  });

  test("says that there is no room where every caller is in use", async ({ emulator, proxy }) => {
    const callers = new Callers({ policy: openPolicy, most: 1 });
    onTestFinished(() => callers.close());
    const { admit } = openDoor(proxy, { callers });
    const held = admitted(await admit(emulator.tokenFor("alice")));
    expect(await refused(await admit(emulator.tokenFor("bob")))).toMatchObject({ status: 503 });
    held.done();
    admitted(await admit(emulator.tokenFor("bob")));
  });

  test("shows no token in an answer, an object or a log", async ({ door, emulator, proxy }) => {
    const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    onTestFinished(() => written.mockRestore());
    const [good, bad, late] = [emulator.tokenFor("alice"), forged(emulator), emulator.tokenFor("bob")];
    const lease = admitted(await door.admit(good));
    const wrong = await refused(await door.admit(bad));
    proxy.add({ instead: "reset" });
    const away = await refused(await door.admit(late));
    const quoting = await answersThatQuote(proxy, late, door.admit);
    const { caller: _, ...shown } = lease;
    const seen = [
      inspect([shown, new Secret(good), door.gate], { depth: 9, showHidden: true }),
      JSON.stringify([shown, new Secret(good), wrong, away, quoting]),
      inspect([...wrong.headers, ...away.headers]),
      ...written.mock.calls.map(([text]) => String(text)),
    ].join("\n");
    for (const token of [good, bad, late]) expect(seen.includes(token)).toBe(false);
  });
});

describe("with one shared secret", () => {
  const SECRET = "0123456789abcdef-shared";

  function shared(
    platform: Parameters<typeof connectPlatform>[0],
    override: Parameters<typeof openDoor>[1] = {},
  ) {
    const auth: Auth = { by: "secret", secret: new Secret(SECRET), connect: () => connectPlatform(platform) };
    return openDoor({ origin: "" }, override, auth);
  }

  test("callers who have it act with the server's own login", async ({ emulator }) => {
    const { admit } = shared({ source: "token", url: emulator.url, token: emulator.tokenFor("bob") });
    const [one, other] = [admitted(await admit(SECRET)), admitted(await admit(SECRET))];
    expect(one.caller).toBe(other.caller);
    expect((await one.caller.platform.context()).user).toBe("bob");
  });

  test("refuses another, a part of it, and a token of the platform", async ({ emulator }) => {
    const { admit, raw } = shared(undefined);
    for (const token of [SECRET.slice(1), `${SECRET}x`, SECRET.toUpperCase(), emulator.tokenFor("alice")])
      expect((await refused(await admit(token))).message).toContain("not the secret of this server");
    const missing = await refused(await raw());
    expect(missing.message).toContain("Send the secret of this server");
    expect(JSON.stringify(missing.body)).not.toContain(SECRET);
  });
});

describe("on loopback", () => {
  const auth: Auth = { by: "address", connect: () => connectPlatform(undefined) };

  test("whoever calls acts with the server's own login", async () => {
    const { raw, gate } = openDoor({ origin: "" }, {}, auth);
    expect(admitted(await raw()).caller).toBe(admitted(await raw("Bearer x")).caller);
    expect(gate.pages).toEqual({});
  });

  test("the server's own login is not closed by being idle", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { raw } = openDoor({ origin: "" }, {}, auth);
    const lease = admitted(await raw());
    lease.done();
    vi.advanceTimersByTime(3_600_000);
    expect(lease.closed.aborted).toBe(false);
  });
});

describe("a caller who calls too often", () => {
  test("is told to wait, and no other is", async ({ emulator, proxy }) => {
    const { admit } = openDoor(proxy, { rate: { perSecond: 0.1, burst: 3 } });
    const alice = emulator.tokenFor("alice");
    for (let calls = 0; calls < 3; calls += 1) admitted(await admit(alice)).done();
    const answer = await refused(await admit(alice));
    expect(answer).toMatchObject({ status: 429, code: "rate_limited" });
    expect(answer.message).toMatch(/^Too many calls: wait ([12]?\d|30) s\./);
    expect(Number(answer.headers.get("retry-after"))).toBeLessThanOrEqual(30);
    admitted(await admit(emulator.tokenFor("bob")));
  });

  test("is counted as one user, whatever token they send", async ({ proxy }) => {
    const json = { "content-type": "application/json" };
    proxy.add({ path: /config/, instead: { status: 200, headers: json, body: '{"authorized":true}' } });
    const claims = Buffer.from(JSON.stringify({ identity: "alice" })).toString("base64url");
    const { admit } = openDoor(proxy, { rate: { perSecond: 0.01, burst: 3 } });
    for (const token of ["x", "y", "z"]) admitted(await admit(`e30.${claims}.${token}`)).done();
    expect(await refused(await admit(`e30.${claims}.x`))).toMatchObject({ status: 429 });
  });
});
