import { randomBytes, randomUUID } from "node:crypto";
import { describe, vi } from "vitest";
import { connectPlatform, loginFromPassedConfig } from "../../src/client/index.ts";
import type { Agent } from "../support/agent.ts";
import { connectAgent } from "../support/fixtures.ts";
import { patient } from "../support/patient.ts";
import { startJob, untilEnded, untilPrinted } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";
import { test as base, expect, HOME } from "../support/world.ts";

const KEY = randomBytes(32);
const DAY_MS = 24 * 60 * 60_000;

/** An agent of a user at a server of its own, by a login of its own; servers with one `key` are replicas. */
type Open = (user: string, key?: Uint8Array) => Promise<Agent>;

const test = base.extend<{ open: Open }>({
  open: async ({ emulator }, use) => {
    const closers: (() => Promise<void>)[] = [];
    const login = { ...loginFromPassedConfig(emulator.passedConfig), ...HOME };
    await use(async (user, key) => {
      const tokens = { token: emulator.tokenFor(user), refreshToken: randomUUID() };
      const platform = connectPlatform({ ...login, ...tokens }, { key });
      const agent = await connectAgent(patient(platform));
      closers.push(
        () => agent.client.close(),
        () => platform.close(),
      );
      return agent;
    });
    for (const close of closers) await close();
  },
});

/** Calls that go on by something that the tool gave before, once a job has printed ten lines. */
const KINDS = [
  { tool: "job_list", first: { limit: 1 }, given: "next_cursor", as: "cursor" },
  { tool: "job_logs", first: { jobs: ["tmp-2"], lines: 3 }, given: "older_cursor", as: "cursor" },
  { tool: "job_kill", first: { tags: ["tmp"] }, given: "token", as: "token" },
] as const;

async function going(agent: Agent, { tool, first, given, as }: (typeof KINDS)[number]) {
  const { data } = await agent.ok(tool, first);
  const rest: Record<string, unknown> = tool === "job_kill" ? {} : first;
  return { tool, text: data[given] as string, with: (text: string) => ({ ...rest, [as]: text }) };
}

/** Another text of the same length. */
function altered(text: string): string {
  const at = Math.floor(text.length / 2);
  return `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;
}

describe.for(KINDS)("what $tool gives to go on with", (kind) => {
  const it = test.extend("jobs", async ({ world }) => {
    const script = `seq 1 10; ${SLEEP}`;
    for (const name of ["tmp-1", "tmp-2"]) {
      const job = await world.running("alice", HOME, { name, tags: ["tmp"], script });
      await untilPrinted(world.as("alice"), job, "10");
    }
  });

  it("goes on at every server with the key, whatever login of the same user it has", async ({
    open,
    jobs: _,
  }) => {
    const more = await going(await open("alice", KEY), kind);
    await (await open("alice", KEY)).ok(more.tool, more.with(more.text));
  });

  it("is nothing to another user, nor to a server with another key", async ({ open, world, jobs: _ }) => {
    const more = await going(await open("alice", KEY), kind);
    for (const other of [await open("bob", KEY), await open("alice"), await open("alice", randomBytes(32))]) {
      const text = await other.refusal(more.tool, more.with(more.text));
      expect(text).toMatch(/^invalid_argument: .*was given to somebody else/);
    }
    expect((await world.as("alice").jobs.status("tmp-1")).status).toBe("running");
  });

  it("is refused altered or cut", async ({ open, jobs: _ }) => {
    const alice = await open("alice", KEY);
    const more = await going(alice, kind);
    for (const text of [altered(more.text), more.text.slice(0, -4), more.text.slice(4)])
      expect(await alice.refusal(more.tool, more.with(text))).toMatch(/was cut or altered/);
  });

  it("expires, and the refusal says what to call", async ({ open, jobs: _ }) => {
    const alice = await open("alice", KEY);
    const more = await going(alice, kind);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + DAY_MS + 1000 });
    const text = await alice.refusal(more.tool, more.with(more.text)).finally(() => vi.useRealTimers());
    expect(text).toMatch(/too old|has expired/);
    expect(text).toMatch(/leave it out|Call job_kill with the selection again/i);
  });
});

test("cursors stay short: an agent has to repeat them", async ({ open, world }) => {
  for (const name of ["tmp-1", "tmp-2"]) await world.ended("alice", HOME, { name, script: "seq 1 10" });
  const alice = await open("alice");
  const list = await alice.ok("job_list", { limit: 1 });
  const logs = await alice.ok("job_logs", { jobs: ["tmp-2"], lines: 3 });
  expect(list.data.next_cursor.length).toBeLessThanOrEqual(96);
  expect(logs.data.older_cursor.length).toBeLessThanOrEqual(152);
});

describe("a cursor of job_logs", () => {
  test("cannot be made up, so that reading begins inside a private key", { tags: "secrets" }, async ({
    open,
    world,
  }) => {
    const lines = [
      "-----BEGIN RSA PRIVATE KEY-----",
      ...Array.from({ length: 8 }, (_, n) => `shhh${n}`.repeat(9)),
    ];
    const job = await untilEnded(
      world.as("alice"),
      await startJob(world.as("alice"), { name: "leaky", script: `cat <<-END\n${lines.join("\n")}\nEND` }),
    );
    const { lines: printed } = await world.as("alice").jobs.tail(job.id);
    const place = { after: [printed[0]?.time, 1, null, 1] };
    const cursor = Buffer.from(JSON.stringify({ [job.id]: place })).toString("base64url");
    const { text } = await (await open("alice")).call("job_logs", { jobs: ["leaky"], cursor });
    expect(text).not.toContain("shhh");
    expect(text).toContain("cursor is not one that job_logs gave");
  });
});
