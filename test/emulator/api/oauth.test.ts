import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Scripted } from "../support/scripted.ts";
import { startScripted } from "../support/scripted.ts";

const TOKEN = "a-long-enough-token";
const CALLBACK = "http://127.0.0.1:54541";

let open: Scripted;
let guarded: Scripted;
beforeAll(async () => {
  [open, guarded] = await Promise.all([startScripted(), startScripted({ host: "0.0.0.0", token: TOKEN })]);
});
afterAll(() => Promise.all([open.close(), guarded.close()]));

const authorizeAt = ({ context }: Scripted, query: Record<string, string>, init: RequestInit = {}) =>
  fetch(`${context.origin}/authorize?${new URLSearchParams(query)}`, { redirect: "manual", ...init });

const codeIn = (answer: Response) => new URL(answer.headers.get("location") ?? "").searchParams.get("code");

async function exchange({ call }: Scripted, fields: Record<string, string>) {
  const body = new URLSearchParams({ grant_type: "authorization_code", ...fields }).toString();
  return call("POST", "/oauth/token", { user: "", body });
}

async function answersTo({ call }: Scripted, bearer: string): Promise<number> {
  return (await call("GET", "/api/v1/jobs", { user: "", headers: { authorization: `Bearer ${bearer}` } }))
    .status;
}

/** Reads what `fetch` does not let a caller choose. */
async function statusOf(platform: Scripted, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(platform.context.origin + path, { headers });
    sent.on("response", (answer) => resolve(answer.resume().statusCode ?? 0));
    sent.on("error", reject);
    sent.end();
  });
}

describe("the login page", () => {
  test("sends the official client's browser back with a code that buys one login", async () => {
    const verifier = randomBytes(32).toString("base64url");
    const { json: config } = await open.call("GET", "/api/v1/config", { user: "" });
    for (const callback of [...config.callback_urls, config.headless_callback_url]) {
      const answer = await authorizeAt(open, {
        response_type: "code",
        code_challenge: createHash("sha256").update(verifier).digest("base64url"),
        code_challenge_method: "S256",
        client_id: config.client_id,
        redirect_uri: callback,
        scope: "offline_access",
        audience: config.audience,
      });
      expect(answer.headers.get("location")).toContain(callback);
      const fields = { code: codeIn(answer) ?? "", code_verifier: verifier, redirect_uri: callback };
      const { json } = await exchange(open, fields);
      expect(await answersTo(open, json.access_token)).toBe(200);
      expect((await exchange(open, fields)).status).toBe(403);
    }
  });

  test.each([
    "http://evil.example/",
    "http://127.0.0.1:54549/",
    "http://127.0.0.1:54540/deeper",
    "http://127.0.0.1:54540/?a=b",
    "http://127.0.0.1:54540@evil.example/",
    "http://localhost:54540/",
    "https://127.0.0.1:54540/",
    "//evil.example/http/x",
    "/http/../api/v1/jobs",
    "javascript:alert(1)",
    "",
  ])("sends nobody to %j", async (callback) => {
    for (const platform of [open, guarded]) {
      const answer = await authorizeAt(platform, { redirect_uri: callback });
      expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
    }
  });

  test("asks for the token where one was chosen", async () => {
    const query = { redirect_uri: CALLBACK };
    const asked = await authorizeAt(guarded, query);
    expect([asked.status, await asked.text()]).toEqual([200, expect.stringContaining('name="token"')]);
    const typed = (token: string) =>
      authorizeAt(guarded, query, { method: "POST", body: new URLSearchParams({ token }) });
    for (const wrong of ["", "wrong", TOKEN.slice(1)]) expect((await typed(wrong)).status).toBe(403);
    const { json } = await exchange(guarded, { code: codeIn(await typed(TOKEN)) ?? "" });
    expect(await answersTo(guarded, json.access_token)).toBe(200);
  });
});

describe("a code", () => {
  const fresh = async (more: Record<string, string> = {}) =>
    codeIn(await authorizeAt(open, { redirect_uri: CALLBACK, ...more })) ?? "";

  test("is no token, and neither is what refreshes one", async () => {
    const code = await fresh();
    expect(await answersTo(open, code)).toBe(401);
    const { json } = await exchange(open, { code });
    expect(await answersTo(open, json.refresh_token)).toBe(401);
    // As an earlier version made them.
    expect(await answersTo(open, open.context.tokens.mint("alice", "code://login"))).toBe(401);
  });

  test("is worth nothing without its verifier, at another callback, or a minute later", async () => {
    const code_challenge = createHash("sha256").update("right").digest("base64url");
    const refused = [
      await exchange(open, { code: await fresh({ code_challenge }), code_verifier: "wrong" }),
      await exchange(open, { code: await fresh({ code_challenge }) }),
      await exchange(open, { code: await fresh(), redirect_uri: "http://127.0.0.1:54540" }),
      await exchange(open, { code: "" }),
    ];
    const late = await fresh();
    open.clock.advance(61_000);
    refused.push(await exchange(open, { code: late }));
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
  });
});

describe("a request of somebody else's web page", () => {
  const PATHS = [
    "/api/v1/config",
    "/authorize",
    "/oauth/show-code?code=x",
    "/ping",
    "/http/job-x/",
    "/nowhere",
  ];
  const handshake = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13" };

  test.each(PATHS)("is refused by its name and by its origin: %s", async (path) => {
    const { host } = new URL(open.context.origin);
    const foreign = [
      { host: "evil.example" },
      { host: `evil.example:${host.split(":")[1]}` },
      { host: "127.0.0.1.evil.example" },
      { host, origin: "http://evil.example" },
      { host, origin: "http://127.0.0.1:1" },
      { host, origin: "null" },
      { host, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" },
      { host, "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" },
      { host: "evil.example", origin: "http://evil.example" },
    ];
    for (const headers of foreign)
      for (const more of [{}, handshake])
        expect(await statusOf(open, path, { ...headers, ...more })).toBe(403);
  });

  test("is told from one of the emulator's own, under every name that is its own", async () => {
    const { port } = new URL(open.context.origin);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]) {
      expect(await statusOf(open, "/ping", { host })).toBe(200);
      expect(await statusOf(open, "/ping", { host, origin: `http://${host}` })).toBe(200);
    }
    expect(await statusOf(open, "/ping", { host: "192.168.7.7" })).toBe(403);
    const led = { host: `localhost:${port}`, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    expect(await statusOf(open, "/oauth/done", led)).toBe(200);
  });

  test("is refused beyond loopback too, where addresses are names of its own", async () => {
    for (const host of ["192.168.7.7:80", "[fe80::1]", "localhost"])
      expect(await statusOf(guarded, "/ping", { host })).toBe(200);
    expect(await statusOf(guarded, "/ping", { host: "evil.example" })).toBe(403);
    expect(await statusOf(guarded, "/ping", { host: "192.168.7.7", origin: "http://evil.example" })).toBe(
      403,
    );
  });
});
