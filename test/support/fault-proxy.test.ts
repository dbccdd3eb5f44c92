import { once } from "node:events";
import { connect } from "node:net";
import { describe, onTestFinished, vi } from "vitest";
import { WITHIN } from "./busy.ts";
import { faultProxy } from "./fault-proxy.ts";
import { expect, test } from "./fixtures.ts";
import { startJob, untilEnded, untilPrinted } from "./run-job.ts";

describe("fault proxy", () => {
  test("passes everything when nothing is to go wrong", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    const platform = proxy.platform();
    await untilPrinted(platform, await startJob(platform, { script: "echo through" }), "through");
    expect(proxy.seen.map(({ path }) => path)).toContainEqual(expect.stringContaining("/log_ws"));
  });

  test("answers in the platform's place, so often as it is told", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    proxy.add({ path: /\/jobs/, times: 1, instead: { status: 400, body: '{"error":"made up"}' } });
    const platform = proxy.platform();
    const list = async () => {
      const names: string[] = [];
      for await (const { id } of platform.jobs.list()) names.push(id);
      return names;
    };
    await expect(list()).rejects.toThrow("made up");
    expect(await list()).toEqual([]);
  });

  test("loses the answer of what was done", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    proxy.add({ method: "POST", path: /\/jobs/, answer: "lost" });
    const start = { image: "ubuntu", command: "true", preset: "cpu-small" };
    await expect(proxy.platform().jobs.start(start)).rejects.toThrow();
    const direct = await (await fetch(`${emulator.url}/jobs`, bearer(emulator.token))).json();
    expect(direct).toMatchObject({ jobs: [{ owner: "alice" }] });
  });

  test("holds a log in its middle until it is let go", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    const platform = proxy.platform();
    const job = await startJob(platform, { script: "echo one; echo two" });
    await untilEnded(platform, job);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    proxy.add({ path: /\/log_ws/, after: { bytes: 3, comes: held } });
    const chunks: Uint8Array[] = [];
    const reading = (async () => {
      for await (const chunk of platform.jobs.monitor(job.id)) chunks.push(chunk);
    })();
    await proxy.sees({ path: /\/log_ws/ });
    expect(chunks).toEqual([]);
    release();
    await reading;
    expect(Buffer.concat(chunks).toString()).toBe("one\ntwo\n");
  });

  test("closes what is idle, also a connection that nothing was ever asked on", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    const { hostname: host, port } = new URL(proxy.origin);
    const [unused, busy] = [0, 1].map(() => connect({ host, port: Number(port) }));
    onTestFinished(() => void busy?.destroy());
    proxy.add({ path: /busy/, instead: "silence" });
    busy?.write(`GET /busy HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
    await proxy.sees({ path: /busy/ });
    await vi.waitFor(() => expect(proxy.connections()).toBe(2), WITHIN);

    proxy.closeIdle();

    if (unused !== undefined) await once(unused.resume(), "close");
    expect(proxy.connections()).toBe(1);
  });
});

function bearer(token: string) {
  return { headers: { authorization: `Bearer ${token}`, accept: "application/json" } };
}
