import { describe } from "vitest";
import type { LogLine, Platform } from "../../../src/client/index.ts";
import type { Agent } from "../../support/agent.ts";
import { expect, test } from "../../support/fixtures.ts";
import { startJob } from "../../support/run-job.ts";

/** The same numbers on every run: what failed once fails again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

/** Lines of any characters, and a script that prints their bytes in pieces of any size with pauses between. */
function piecewise(seed: number): { lines: string[]; script: string } {
  const below = random(seed);
  const lines = Array.from({ length: 30 }, (_, index) => `${index + 1} ${"aé€🚀".repeat(below(5))}.`);
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  const steps: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + 1 + below(60));
    const octal = Array.from(bytes.subarray(at, end), (byte) => `\\${byte.toString(8).padStart(3, "0")}`);
    steps.push(`printf '${octal.join("")}'`, below(3) === 0 ? `sleep 0.0${below(9)}` : ":");
    at = end;
  }
  return { lines, script: steps.join("\n") };
}

const finished = (lines: readonly LogLine[]) =>
  lines.filter(({ open }) => open !== true).map(({ text }) => text);

async function byCursor(platform: Platform, id: string, count: number): Promise<string[]> {
  const read: string[] = [];
  for (let after = { time: "2020-01-01T00:00:00Z", count: 0 }; read.length < count; ) {
    const { lines, cursor } = await platform.jobs.tail(id, { after, lines: 7 });
    read.push(...finished(lines));
    after = cursor ?? after;
  }
  return read;
}

async function byFollowing(platform: Platform, id: string): Promise<string[]> {
  const lines: LogLine[] = [];
  for await (const line of platform.jobs.follow(id)) lines.push(line);
  return finished(lines);
}

async function byCalls(mcp: Agent, id: string, more: Record<string, unknown>): Promise<string[]> {
  const read: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const place = cursor === undefined ? {} : { cursor };
    const { data } = await mcp.ok("job_logs", { jobs: [id], ...more, ...place });
    const [{ log, last_line_unfinished: isOpen }] = data.logs;
    const lines = log === "" ? [] : log.split("\n");
    read.push(...(isOpen ? lines.slice(0, -1) : lines));
    if (data.next_cursor === undefined) return read;
    cursor = data.next_cursor;
  }
}

describe("a log that comes in pieces", { tags: "logs" }, () => {
  test.for([11, 12, 13])(
    "gives every reader each line once and whole (%i)",
    async (seed, { mcp, platform }) => {
      const { lines, script } = piecewise(seed);
      const { id } = await startJob(platform, { name: "pieces", script });
      await platform.jobs.status(id);
      const waiting = mcp.ok("job_wait", {
        jobs: [id],
        until: "log",
        pattern: "^30 .*\\.$",
        wait_seconds: 30,
      });
      const [calls, grep, wait] = await Promise.all([
        byCalls(mcp, id, { wait_seconds: 10, until_pattern: "\\.$" }),
        byCalls(mcp, id, { grep: "\\.$" }),
        waiting,
      ]);
      expect(calls).toEqual(lines);
      expect(grep).toEqual(lines);
      expect(wait.data.matched.line).toBe(lines.at(-1));
      expect(await byCursor(platform, id, lines.length)).toEqual(lines);
      expect(await byFollowing(platform, id)).toEqual(lines);
    },
  );
});
