import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Bin, initialize, request, toolCall } from "../support/bin.ts";

const MIB = 1024 * 1024;
const EXEC = { job: "alone", command: "wc -c" };
const refused = {
  error: { code: -32600, message: expect.stringMatching(/limit is 10485760 .*volume.*pieces/) },
};

/** Writes a call with so much stdin, in pieces; its id comes last. */
function writeLong(bin: Bin, id: number, mib: number): void {
  const params = JSON.stringify({ name: "job_exec", arguments: { ...EXEC, stdin: "" } });
  const { stdin } = bin.child;
  stdin.write(`{"jsonrpc":"2.0","method":"tools/call","params":${params.replace(/"}}$/, "")}`);
  const piece = Buffer.alloc(MIB, "x");
  for (let written = 0; written < mib; written += 1) stdin.write(piece);
  stdin.write(`"}},"id":${id}}\n`);
}

/** Where the system tells it. */
function peakBytes({ child: { pid } }: Bin): number {
  const path = `/proc/${pid}/status`;
  return existsSync(path) ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync(path, "utf8"))?.[1]) * 1024 : 0;
}

/** 200 MB are written and read. */
const SLOWLY = { timeout: 120_000 };

describe("a call over the limit of a message", { tags: "hostility" }, () => {
  test("is answered with its id, the limit and the way around, and later ones as ever", SLOWLY, async () => {
    const bin = new Bin();
    bin.write(initialize());
    const start = { image: "ubuntu", command: "sleep 300", name: "alone", wait_seconds: 20 };
    bin.write(toolCall(1, "job_start", start));
    await bin.answer(1);
    bin.write(toolCall(2, "job_exec", { ...EXEC, stdin: "x".repeat(9 * MIB) }));
    expect(JSON.stringify(await bin.answer(2))).toContain(String(9 * MIB));
    bin.write(toolCall(3, "job_exec", { ...EXEC, stdin: "x".repeat(11 * MIB) }));
    expect(await bin.answer(3)).toMatchObject(refused);
    const peak = peakBytes(bin);
    writeLong(bin, 4, 200);
    expect(await bin.answer(4)).toMatchObject(refused);
    expect(peakBytes(bin) - peak).toBeLessThan(100 * MIB);
    bin.write(toolCall(5, "job_exec", { ...EXEC, stdin: "few" }));
    expect(JSON.stringify(await bin.answer(5))).toMatch(/\\n3\\n/);
    expect(await bin.end()).toBe(0);
  });

  test("is answered to nobody where it has no id or is none", async () => {
    const bin = new Bin();
    const long = "x".repeat(11 * MIB);
    bin.write(initialize(), long, { jsonrpc: "2.0", method: "notifications/x", params: { long } });
    bin.write({ jsonrpc: "2.0", id: 1, result: { long } }, request(2, "ping"));
    expect(await bin.end(`{"id":3,"params":"${long}`)).toBe(0);
    expect(bin.frames.map(({ id }) => id)).toEqual(["init", null, 2, 3]);
    expect(bin.frames[1]).toMatchObject(refused);
    expect(bin.stderr.match(/The message has \d+ bytes/g)).toHaveLength(4);
  });
});
