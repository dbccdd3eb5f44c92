import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { request as secureRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, onTestFinished, vi } from "vitest";
import { openObservers } from "../../../src/observe/open.ts";
import { Bin } from "../../support/bin.ts";
import { WITHIN } from "../../support/busy.ts";
import { faultProxy } from "../../support/fault-proxy.ts";
import { expect, test } from "../../support/fixtures.ts";
import { listen, openSession, postModern, reading } from "../../support/http-requests.ts";
import { serveTeam } from "../../support/replicas.ts";
import { startJob } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

const KEY = Buffer.alloc(32, 1);
const TLS = new URL("../../fixtures/tls/", import.meta.url);

function bearer(token: string) {
  return { authorization: `Bearer ${token}` };
}

/** Time passes for what looks at the clock. */
function passing() {
  const now = performance.now.bind(performance);
  let laterMs = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now() + laterMs);
  onTestFinished(() => clock.mockRestore());
  return (ms: number) => {
    laterMs += ms;
  };
}

describe("the probes", () => {
  test("say that the process answers, and whether the platform does", async ({ emulator }) => {
    const pass = passing();
    const proxy = await faultProxy(emulator);
    const { url } = await serveTeam({ url: `${proxy.origin}/api/v1` }, KEY);
    const status = async (path: string) => (await fetch(new URL(path, url))).status;
    expect([await status("/healthz"), await status("/readyz")]).toEqual([200, 200]);
    const back = proxy.add({ instead: { status: 404 } });
    pass(3000);
    expect([await status("/healthz"), await status("/readyz")]).toEqual([200, 503]);
    back();
    pass(3000);
    expect(await status("/readyz")).toBe(200);
  });

  test("are answered under any name and without a token", async ({ emulator }) => {
    const { url } = await serveTeam(emulator, KEY, { allowedHosts: ["jobs.example"] });
    const headers = { origin: "https://elsewhere.example" };
    expect((await fetch(new URL("/healthz", url), { headers })).status).toBe(200);
    expect((await fetch(url, { headers })).status).toBe(403);
  });
});

test("the metrics show calls, callers and sessions", async ({ emulator }) => {
  const { metrics, observer, close } = await openObservers({ metrics: true });
  onTestFinished(close);
  const { url } = await serveTeam(emulator, KEY, { metrics, observer });
  const at = new URL(url);
  const headers = bearer(emulator.token);
  const list = { name: "job_list", arguments: {} };
  await (await postModern(at, "tools/call", list, { headers })).text();
  await openSession(at, { headers: bearer(emulator.tokenFor("bob")) });
  const shown = await (await fetch(new URL("/metrics", url))).text();
  expect(shown).toContain('apolo_mcp_calls_total{method="tools/call",target="job_list",outcome="ok"} 1');
  expect(shown).toContain("apolo_mcp_callers 2");
  expect(shown).toContain("apolo_mcp_sessions 1");
  expect(shown).not.toContain("apolo_mcp_tasks");
});

test("a token that is refused from now on ends the streams and sessions of its caller", async ({
  emulator,
}) => {
  const pass = passing();
  const proxy = await faultProxy(emulator);
  const server = await serveTeam({ url: `${proxy.origin}/api/v1` }, KEY);
  const url = new URL(server.url);
  const headers = bearer(emulator.token);
  const session = await openSession(url, { headers });
  const told = reading(await listen(url, { headers: session }));
  const topics = { notifications: { resourcesListChanged: true } };
  const heard = reading(await postModern(url, "subscriptions/listen", topics, { headers }));
  await vi.waitFor(() => expect(heard.text()).toContain("acknowledged"), WITHIN);
  proxy.add({ path: /config/, instead: { status: 401 } });
  pass(61_000);
  const list = { name: "job_list", arguments: {} };
  expect((await postModern(url, "tools/call", list, { headers })).status).toBe(401);
  await Promise.all([told.ended, heard.ended]);
  expect(server.sessions()).toBe(0);
});

test("TLS is the server's own where it has a certificate", async ({ emulator }) => {
  const [tlsCert, tlsKey] = ["valid.pem", "key.pem"].map((name) => fileURLToPath(new URL(name, TLS)));
  const { url } = await serveTeam(emulator, KEY, { tlsCert, tlsKey });
  expect(url).toMatch(/^https:/);
  const ca = await readFile(new URL("ca.pem", TLS));
  const asked = secureRequest(url, { method: "POST", ca, agent: false });
  asked.end();
  const [answer] = await once(asked, "response");
  expect(answer.statusCode).toBe(401);
  expect(answer.headers["www-authenticate"]).toContain('resource_metadata="https://127.0.0.1');
  answer.resume();
  await expect(fetch(url.replace("https:", "http:"))).rejects.toThrow();
});

test.for([
  ["missing.pem", "key.pem", /^--tls-cert: ENOENT.*missing.pem/],
  ["ca.pem", "key.pem", /^--tls-cert .*ca.pem and --tls-key .*key.pem do not go together: .*mismatch/],
  ["key.pem", "valid.pem", /do not go together/],
] as const)("%s with %s is refused in words", async ([cert, key, words], { emulator }) => {
  const [tlsCert, tlsKey] = [cert, key].map((name) => fileURLToPath(new URL(name, TLS)));
  await expect(serveTeam(emulator, KEY, { tlsCert, tlsKey })).rejects.toThrow(words);
});

describe("the program over HTTP", () => {
  const address = (bin: Bin) =>
    vi.waitFor(() => {
      const at = /MCP at (\S+)/.exec(bin.stderr)?.[1];
      if (at === undefined) throw new Error(bin.stderr);
      return new URL(at);
    }, WITHIN);
  const serve = ({ url }: { url: string }, port = 0) =>
    new Bin(["--http", `--port=${port}`, "--auth=platform", "--log-level=info"], { APOLO_URL: url });

  test("needs no login of its own, and a second signal does not wait for calls", async ({
    platform,
    emulator,
  }) => {
    const proxy = await faultProxy(emulator);
    const job = await startJob(platform, { name: "waited", script: SLEEP });
    const bin = serve({ url: `${proxy.origin}/api/v1` });
    const url = await address(bin);
    const wait = { name: "job_wait", arguments: { jobs: [job.id], wait_seconds: 40 } };
    const waiting = postModern(url, "tools/call", wait, { headers: bearer(emulator.token) });
    const lost = expect(waiting).rejects.toThrow();
    await proxy.sees({ path: new RegExp(job.id) });
    bin.child.kill("SIGTERM");
    // Each look may find a connection open that the one before has used.
    const reached = () =>
      fetch(new URL("/healthz", url)).then(
        ({ status }) => status,
        () => "gone",
      );
    await vi.waitFor(async () => expect(await reached()).toBe("gone"), WITHIN);
    expect(bin.child.exitCode).toBeNull();
    bin.child.kill("SIGINT");
    expect(await bin.exited).toBe(130);
    await lost;
  });

  test("says that its port is taken", async ({ emulator }) => {
    const taken = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void taken.close());
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const bin = serve(emulator, port);
    expect(await bin.exited).toBe(2);
    expect(bin.stderr).toMatch(new RegExp(`^apolo-jobs-mcp: .*${port}.*--port`, "m"));
  });
});
