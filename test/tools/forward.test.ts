import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, vi } from "vitest";
import { WITHIN } from "../support/busy.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { connectAgent, expect, test } from "../support/fixtures.ts";
import { startJob, untilEnded, untilPrinted, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

const SERVER = `node -e 'const s = require("http").createServer((q, r) => r.end("hi from the job")).listen(0, "127.0.0.1", () => console.log("port " + s.address().port))'`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  // A listening server has an address with a port.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("job_forward", () => {
  test("opens a port into the job, lists it and closes it", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "web", script: SERVER });
    await untilPrinted(platform, job, "port ");
    const { lines } = await platform.jobs.tail(job.id);
    const port = Number(/port (\d+)/.exec(lines.map((line) => line.text).join("\n"))?.[1]);
    const { data, text } = await mcp.ok("job_forward", { action: "open", job: "web", port });
    const [{ local_port: localPort }] = data.forwards;
    expect(text).toContain(`127.0.0.1:${localPort}`);
    expect(text).not.toContain("Nothing listens");
    const answer = await fetch(`http://127.0.0.1:${localPort}/`);
    expect(await answer.text()).toBe("hi from the job");
    const list = await mcp.ok("job_forward", { action: "list" });
    expect(list.data.forwards).toEqual([
      expect.objectContaining({ id: job.id, owner: "alice", port, local_port: localPort }),
    ]);
    await mcp.ok("job_forward", { action: "close", local_port: localPort });
    await expect(fetch(`http://127.0.0.1:${localPort}/`)).rejects.toThrow();
    expect((await mcp.ok("job_forward", { action: "list" })).data.forwards).toEqual([]);
    expect((await platform.jobs.status(job.id)).status).toBe("running");
  });

  test("says that nothing listens on the job's port yet", async ({ mcp, platform }) => {
    await untilStatus(platform, await startJob(platform, { name: "idle", script: SLEEP }), "running");
    const { text, data } = await mcp.ok("job_forward", { action: "open", job: "idle", port: 1 });
    expect(text).toContain("Nothing listens on port 1 of the job now");
    expect(data.forwards).toMatchObject([{ port: 1, listening: false }]);
  });

  test("belongs to one session, and closes with it", async ({ mcp, platform }) => {
    await untilStatus(platform, await startJob(platform, { name: "web", script: SLEEP }), "running");
    const other = await connectAgent(platform);
    const { data } = await other.ok("job_forward", { action: "open", job: "web", port: 80 });
    expect((await mcp.ok("job_forward", { action: "list" })).data.forwards).toEqual([]);
    await other.client.close();
    const [{ local_port: localPort }] = data.forwards;
    await vi.waitFor(
      () => expect(fetch(`http://127.0.0.1:${localPort}/`)).rejects.toThrow(/fetch failed/),
      WITHIN,
    );
  });

  test("is closed when its call is cancelled while the job's port is tried", async ({
    emulator,
    platform,
  }) => {
    await untilStatus(platform, await startJob(platform, { name: "web", script: SLEEP }), "running");
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    const local_port = await freePort();
    const path = /port_forward/;
    proxy.add({ path, instead: "silence" });
    const cancel = new AbortController();
    const call = mcp.call("job_forward", { action: "open", job: "web", port: 80, local_port }, cancel.signal);
    const cancelled = expect(call).rejects.toThrow(/abort/i);
    // It listens by then.
    await proxy.sees({ path });
    cancel.abort();
    await cancelled;
    const list = () => mcp.ok("job_forward", { action: "list" });
    await vi.waitFor(async () => expect((await list()).data.forwards).toEqual([]), WITHIN);
    await expect(fetch(`http://127.0.0.1:${local_port}/`)).rejects.toThrow(/fetch failed/);
    await mcp.client.close();
  });

  test("is closed with its job: the list says so once, and leaves what it cannot know", async ({
    emulator,
    platform,
  }) => {
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    const [ending, staying] = await Promise.all(
      ["ending", "staying"].map(async (name) =>
        untilStatus(platform, await startJob(platform, { name, script: SLEEP }), "running"),
      ),
    );
    await mcp.ok("job_forward", { action: "open", job: "ending", port: 80 });
    await mcp.ok("job_forward", { action: "open", job: "staying", port: 80 });
    await platform.jobs.kill(ending?.id ?? "");
    const restore = proxy.add({ method: "GET", path: /\/jobs/, instead: { status: 403 } });
    const blind = await mcp.ok("job_forward", { action: "list" });
    expect(blind.text.match(/whether the job still runs is unknown/g)).toHaveLength(2);
    restore();
    const list = await mcp.ok("job_forward", { action: "list" });
    expect(list.text).toMatch(/^127.*staying.*\nClosed, as the job has ended \(cancelled\): 127.*ending/);
    expect(list.data.forwards).toEqual([
      expect.objectContaining({ id: staying?.id, port: 80 }),
      expect.objectContaining({ id: ending?.id, closed: true, job_status: "cancelled" }),
    ]);
    const localPort = list.data.forwards[1].local_port;
    await expect(fetch(`http://127.0.0.1:${localPort}/`)).rejects.toThrow(/fetch failed/);
    const again = await mcp.ok("job_forward", { action: "list" });
    expect(again.data.forwards).toEqual([expect.objectContaining({ id: staying?.id })]);
    await mcp.client.close();
  });

  test("makes room when the jobs of open ones have ended", async ({ mcp, platform }) => {
    const open = (job: string) => mcp.call("job_forward", { action: "open", job, port: 80 });
    const first = await startJob(platform, { name: "first", script: SLEEP });
    const second = await startJob(platform, { name: "second", script: SLEEP });
    await Promise.all([first, second].map((job) => untilStatus(platform, job, "running")));
    await Promise.all(Array.from({ length: 20 }, () => open("first")));
    expect((await open("second")).text).toContain("20 ports are open already");
    await platform.jobs.kill(first.id);
    expect((await open("second")).isError).toBe(false);
  });

  test.for([
    [{ action: "open", port: 80 }, /say job and port/],
    [{ action: "open", job: "web" }, /say job and port/],
    [{ action: "open", job: "done", port: 80 }, /^not_running: /],
    [{ action: "close", local_port: 1 }, /one of those open: none/],
    [{ action: "close" }, /one of those open: none/],
    [{ action: "open", job: "done", port: 0 }, /port/],
  ] as const)("refuses %j", async ([args, message], { mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "done" }));
    expect(await mcp.refusal("job_forward", args)).toMatch(message);
  });
});
