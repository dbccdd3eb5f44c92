import { describe, onTestFinished } from "vitest";
import { runCall, runTools } from "../../src/commands/index.ts";
import type { Terminal } from "../../src/commands/terminal.ts";
import { openTerminal, toolsFor } from "../../src/transports/terminal.ts";
import { read } from "../settings/read.ts";
import { test as base, expect, openPolicy } from "../support/fixtures.ts";
import { startJob } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

/** A terminal that keeps what is printed. With `types`, a person is there who answers so. */
function aTerminal({ types, input = "" }: { types?: string; input?: string } = {}) {
  const printed = { out: "", err: "", questions: 0 };
  const terminal: Terminal = {
    out: { write: (text) => (printed.out += text) },
    err: { write: (text) => (printed.err += text) },
    columns: types === undefined ? undefined : 60,
    input: () => Promise.resolve(input),
    ask:
      types === undefined
        ? undefined
        : (question) => {
            printed.questions += 1;
            printed.err += question;
            return Promise.resolve(types);
          },
  };
  return { terminal, printed };
}

interface Called {
  call(
    args: string[],
    how?: { types?: string; input?: string },
  ): Promise<{ code: number; out: string; err: string; questions: number }>;
}

/** What `apolo-jobs-mcp call …` does on the emulator. */
const test = base.extend<Called>({
  call: async ({ platform }, use) => {
    await use(async (args, how) => {
      const settings = read(["call", ...args]);
      const { terminal, printed } = aTerminal(how);
      const signal = new AbortController().signal;
      const open = () => {
        const session = openTerminal(platform, settings.policy);
        onTestFinished(() => session.close());
        return Promise.resolve(session);
      };
      const code = await runCall(settings, { open, terminal, signal });
      return { code, ...printed };
    });
  },
});

describe("apolo-jobs-mcp call", () => {
  test("prints what a tool answers", async ({ call, platform }) => {
    await startJob(platform, { name: "train", script: SLEEP });
    const { code, out, err } = await call(["job_list", '{"limit":3}']);

    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/train · job-\S+ · (pending|running)/);
  });

  test("takes the arguments from stdin, and prints the data for programs", async ({ call }) => {
    const { code, out } = await call(["job_list", "-", "--json"], { input: '{"limit": 3}\n' });

    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ jobs: [], counts: {} });
  });

  test("prints a refusal on stderr, for programs as data, and ends with 1", async ({ call }) => {
    const refused = await call(["job_status", '{"jobs":["nope"]}']);
    expect(refused).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("not_found: There is no"),
    });

    const { code, out } = await call(["job_lst", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out).error).toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("Did you mean job_list"),
    });
  });

  test.for([
    [[], "call needs a tool"],
    [["job_list", "{limit:3}"], "are no JSON: "],
    [["job_list", "[1]"], "are no JSON object. Give one JSON object in quotes, e.g."],
  ] as const)("ends with 2 before it logs in: %j", async ([args, why], { call }) => {
    expect(await call([...args])).toMatchObject({ code: 2, out: "", err: expect.stringContaining(why) });
  });

  test("says that an emulator of its own takes what it started along", async ({ call }) => {
    const job = '{"image":"alpine","command":"true"}';
    const started = await call(["job_start", job, "--emulator"]);
    expect(started.err).toMatch(/^That emulator ended .* apolo-jobs-mcp emulator/);
    expect(await call(["job_list", "{}", "--emulator"])).toMatchObject({ code: 0, err: "" });
    expect(await call(["job_start", job])).toMatchObject({ code: 0, err: "" });
  });

  test("keeps the limits and modes of a server", async ({ call }) => {
    const kill = await call(["job_kill", '{"jobs":["x"]}', "--mode", "no-destroy"]);
    expect(kill).toMatchObject({ code: 1, err: expect.stringMatching(/not_permitted.*--mode no-destroy/) });
    const start = await call(["job_start", '{"image":"alpine","command":"true"}', "--max-jobs", "0"]);
    expect(start).toMatchObject({ code: 1, err: expect.stringContaining("--max-jobs is 0") });
  });
});

describe("a call that has to be confirmed", () => {
  test.for([
    [{ types: "y" }, [], true, /Go on\? \[y\/N\]/],
    [{ types: "n" }, [], false, /Go on\? \[y\/N\].*declined/s],
    [{ types: "" }, [], false, /Go on\? \[y\/N\]/],
    [{}, [], false, /^declined: Kill this job.*call it on a terminal, or with --yes\.\n$/s],
    [{}, ["--yes"], true, /^$/],
  ] as const)("by %j and %j: done is %s", async ([how, flags, isDone, says], { call, platform }) => {
    const { id } = await startJob(platform, { name: "train", script: SLEEP });
    const killed = await call(["job_kill", '{"jobs":["train"]}', ...flags], how);

    expect(killed).toMatchObject({ code: isDone ? 0 : 1, err: expect.stringMatching(says) });
    expect((await platform.jobs.status(id)).status === "cancelled").toBe(isDone);
  });
});

test("tools lists what the policy allows, and describes one with a call", () => {
  const tools = toolsFor({ ...openPolicy, mode: "read-only" });
  const list = aTerminal();
  expect(runTools(read(["tools"]), { tools, terminal: list.terminal })).toBe(0);
  expect(list.printed.out).toMatch(/^job_list +List jobs$/m);
  expect(list.printed.out).not.toContain("job_start");

  const one = aTerminal();
  expect(runTools(read(["tools", "job_status"]), { tools, terminal: one.terminal })).toBe(0);
  expect(one.printed.out).toMatch(
    /Changes nothing\..*jobs +list of string; required.*call job_status '\{"jobs":/s,
  );

  const data = aTerminal();
  runTools(read(["tools", "--json"]), { tools, terminal: data.terminal });
  expect(JSON.parse(data.printed.out)[0]).toMatchObject({
    name: "job_list",
    inputSchema: { type: "object" },
  });

  const none = aTerminal();
  expect(runTools(read(["tools", "nope"]), { tools, terminal: none.terminal })).toBe(2);
  expect(none.printed.err).toContain("there is no tool nope. There are job_list");
});

test("tools names the tool that was meant", () => {
  const { terminal, printed } = aTerminal();
  runTools(read(["tools", "job_lst"]), { tools: toolsFor(openPolicy), terminal });
  expect(printed.err).toContain("there is no tool job_lst. Did you mean job_list? There are");
});

test("tools shows a call of each one that is refused for no argument", async ({ call }) => {
  // This one would start.
  const shown = toolsFor(openPolicy).filter(({ name }) => name !== "job_start");
  const answers = await Promise.all(shown.map(({ name, example }) => call([name, JSON.stringify(example)])));

  expect(answers.map(({ err }) => err).filter((err) => err.startsWith("invalid_argument"))).toEqual([]);
});
