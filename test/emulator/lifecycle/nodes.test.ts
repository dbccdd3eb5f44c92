import { beforeEach, describe, expect, test } from "vitest";
import { Clock } from "../../../src/emulator/clock.ts";
import { Nodes } from "../../../src/emulator/lifecycle/nodes.ts";
import type { JobRecord } from "../../../src/emulator/state/job.ts";
import type { Cluster } from "../../../src/emulator/state/platform.ts";
import { openPlatform } from "../../../src/emulator/state/platform.ts";
import { record } from "../support/records.ts";

const GIB = 2 ** 30;
const SCALE_UP_MS = 60_000;

let nodes: Nodes;
let cluster: Cluster;
let clock: Clock;
let made = 0;

/** One node of 12 CPUs and 120 GiB, one more to come if asked for. */
beforeEach(() => {
  clock = new Clock();
  const [first] = openPlatform({ cpus: 4, memoryBytes: 16 * GIB }, 2).clusters;
  if (first === undefined) throw new Error("no cluster");
  const pools = first.pools.map((pool) => (pool.name === "a100" ? { ...pool, min_size: 1 } : pool));
  cluster = { ...first, pools };
  nodes = new Nodes(cluster, clock, SCALE_UP_MS);
});

function job(cpu: number, changes: Partial<JobRecord> = {}): JobRecord {
  made += 1;
  const { container } = record(made);
  const resources = { cpu, memory: 10 * GIB };
  return record(made, { presetName: "a100", container: { ...container, resources }, ...changes });
}

/** Nodes that are all there and cannot become more. */
function fixed(count: number): void {
  const pools = cluster.pools.map((pool) => ({ ...pool, min_size: count, max_size: count }));
  nodes = new Nodes({ ...cluster, pools }, clock, SCALE_UP_MS);
}

function wait(...jobs: JobRecord[]): void {
  for (const waiting of jobs) expect(nodes.place(waiting)).not.toBe("placed");
}

describe("room that becomes free", () => {
  test("goes to the job that waited longest, whoever asks first", () => {
    fixed(1);
    const [running, first, second] = [job(12), job(12), job(12)];
    expect(nodes.place(running)).toBe("placed");
    wait(first, second);
    nodes.release(running.id);
    wait(second, job(12));
    expect(nodes.place(first)).toBe("placed");
    nodes.release(first.id);
    expect(nodes.place(second)).toBe("placed");
  });

  test("goes to the highest priority first", () => {
    fixed(1);
    const [running, low, normal, high] = [
      job(12),
      job(12, { priority: "low" }),
      job(12),
      job(12, { priority: "high" }),
    ];
    nodes.place(running);
    wait(low, normal, high);
    nodes.release(running.id);
    wait(low, normal);
    expect(nodes.place(high)).toBe("placed");
    nodes.release(high.id);
    wait(low);
    expect(nodes.place(normal)).toBe("placed");
  });

  test("goes to a smaller job while it is too small for the one before it", () => {
    fixed(1);
    const [most, rest, big, small] = [job(8), job(4), job(12, { priority: "high" }), job(4)];
    nodes.place(most);
    nodes.place(rest);
    wait(big, small);
    nodes.release(rest.id);
    wait(big);
    expect(nodes.place(small)).toBe("placed");
  });

  test("is enough for all whom it is enough for", () => {
    fixed(1);
    const [running, first, second, third] = [job(12), job(6), job(6), job(6)];
    nodes.place(running);
    wait(first, second, third);
    nodes.release(running.id);
    wait(third);
    expect([nodes.place(second), nodes.place(first)]).toEqual(["placed", "placed"]);
    wait(third);
  });

  test("goes to the first in the line even if a node is coming for it", () => {
    const [running, first, second] = [job(12), job(12), job(12)];
    nodes.place(running);
    expect([nodes.place(first), nodes.place(second)]).toEqual(["scaling", "full"]);
    nodes.release(running.id);
    expect([nodes.place(second), nodes.place(first)]).toEqual(["scaling", "placed"]);
    clock.advance(SCALE_UP_MS);
    expect(nodes.place(second)).toBe("placed");
  });

  test("is not kept for a job that no longer waits", () => {
    fixed(1);
    const [running, gone, next] = [job(12), job(12), job(12)];
    nodes.place(running);
    wait(gone, next);
    nodes.release(gone.id);
    nodes.release(running.id);
    expect(nodes.place(next)).toBe("placed");
  });
});

describe("a cluster that can grow", () => {
  test("makes a node for each job that waits, and says so", () => {
    const pools = cluster.pools.map((pool) => (pool.name === "a100" ? { ...pool, max_size: 3 } : pool));
    nodes = new Nodes({ ...cluster, pools }, clock, SCALE_UP_MS);
    const jobs = [job(12), job(12), job(12), job(12)];
    expect(jobs.map((one) => nodes.place(one))).toEqual(["placed", "scaling", "scaling", "full"]);
    clock.advance(SCALE_UP_MS);
    expect(jobs.map((one) => nodes.place(one))).toEqual(["placed", "placed", "placed", "full"]);
  });

  test("counts what could still start, whoever waits", () => {
    const preset = cluster.presets.find(({ name }) => name === "a100");
    if (preset === undefined) throw new Error("no preset");
    const [first, second, third] = [job(12), job(12), job(12)];
    expect(nodes.capacity(preset)).toBe(2);
    nodes.place(first);
    expect(nodes.capacity(preset)).toBe(1);
    wait(second, third);
    expect(nodes.capacity(preset)).toBe(1);
    clock.advance(SCALE_UP_MS);
    nodes.place(second);
    expect(nodes.capacity(preset)).toBe(0);
    nodes.release(first.id);
    nodes.release(third.id);
    expect(nodes.capacity(preset)).toBe(1);
  });

  test("cannot hold a job that is larger than its nodes", () => {
    expect(nodes.place(job(13))).toBe("impossible");
  });
});

describe("who must go so that another gets room", () => {
  const relief = (...replaceable: JobRecord[]) => nodes.relief(() => replaceable);

  test("is nobody while nobody waits, or room is coming", () => {
    const [running, waiting] = [job(12), job(12)];
    nodes.place(running);
    expect(relief(running)).toEqual([]);
    wait(waiting);
    expect(relief(running)).toEqual([]);
  });

  test("is one if one is enough, the first that may", () => {
    fixed(1);
    const [small, large, other, waiting] = [job(2), job(4), job(4), job(4)];
    for (const running of [small, large, other]) nodes.place(running);
    nodes.place(job(2));
    wait(waiting);
    expect(relief(small, other, large)).toEqual([other.id]);
    expect(relief(small)).toEqual([]);
  });

  test("is as few of one node as are enough, if one is not", () => {
    fixed(2);
    const [a, b, c, d] = [job(4), job(4), job(4), job(12)];
    for (const running of [a, b, c, d]) nodes.place(running);
    const waiting = job(8);
    wait(waiting);
    expect(relief(a, b, c)).toEqual([a.id, b.id]);
    expect(relief(a, b, c, d)).toEqual([d.id]);
  });

  test("is nobody else once somebody is leaving", () => {
    fixed(1);
    const [first, second, waiting, next] = [job(6), job(6), job(6), job(6)];
    for (const running of [first, second]) nodes.place(running);
    wait(waiting);
    nodes.leave(first.id);
    expect(relief(first, second)).toEqual([]);
    wait(next);
    expect(relief(first, second)).toEqual([second.id]);
  });
});
