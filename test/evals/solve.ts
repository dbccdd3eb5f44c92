import { afterAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { type Asked, check } from "../../evals/check.ts";
import { beginFaults, openStage, type Stage } from "../../evals/stage.ts";
import { readTasks, type Task } from "../../evals/task.ts";
import { openCaller } from "../../src/operations/caller.ts";
import { createServer } from "../../src/server/index.ts";
import type { Agent, Answer } from "../support/agent.ts";
import { connectAgent } from "../support/fixtures.ts";
import { nextCalls } from "../support/next-calls.ts";
import { modern, rawSession } from "../support/raw-session.ts";

const TASKS = "io.modelcontextprotocol/tasks";

const textIn = z.object({ content: z.array(z.object({ text: z.string().default("") })) });

/** A scripted agent at work on one task: it knows what its calls returned, and nothing else. */
class Hand {
  readonly asked: Asked[] = [];
  readonly #agent: Agent;
  readonly #stage: Stage;
  #read = "";

  constructor(agent: Agent, stage: Stage) {
    this.#agent = agent;
    this.#stage = stage;
  }

  /** Makes a call of its own. A refusal is an answer, too. */
  async ask(tool: string, args: Record<string, unknown> = {}): Promise<Answer> {
    const answer = await this.#agent.call(tool, args);
    this.#note({ kind: "tool", name: tool }, answer.text);
    return answer;
  }

  /** The same, for a call that has to succeed. */
  async ok(tool: string, args: Record<string, unknown> = {}): Promise<Answer> {
    const answer = await this.ask(tool, args);
    expect(answer.isError, `${tool}: ${answer.text.slice(0, 300)}`).toBe(false);
    return answer;
  }

  /** Makes the first call (of a tool) that the last answer printed, with what the agent changes in it. */
  async next(tool?: string, change: Record<string, unknown> = {}): Promise<Answer> {
    const printed = nextCalls(this.#read).find((call) => tool === undefined || call.tool === tool);
    if (printed === undefined) throw new Error(`No call of ${tool ?? "any tool"} in: ${this.#read}`);
    return await this.ok(printed.tool, { ...printed.args, ...change });
  }

  /** Makes a call as a task of the newest version, and looks at it until it is over. */
  async inBackground(tool: string, args: Record<string, unknown>): Promise<string> {
    const caller = openCaller(this.#stage.platform, this.#stage.policy);
    const session = await rawSession(createServer(caller), () => undefined);
    const request = async (method: string, params: Record<string, unknown>) =>
      (await session.request(method, modern(params, { extensions: { [TASKS]: {} } }))).result ?? {};
    const begun = await request("tools/call", { name: tool, arguments: args });
    const text = await vi.waitFor(
      async () => {
        // What is over by then is answered at once.
        const { taskId, ...whole } = z.looseObject({ taskId: z.string().optional() }).parse(begun);
        const { result } = taskId === undefined ? { result: whole } : await request("tasks/get", { taskId });
        return textIn
          .parse(result)
          .content.map((block) => block.text)
          .join("");
      },
      { timeout: 30_000, interval: 100 },
    );
    await session.close();
    await caller.close();
    this.#note({ kind: "tool", name: tool }, text);
    return text;
  }

  async tools(): Promise<string[]> {
    return (await this.#agent.client.listTools()).tools.map(({ name }) => name);
  }

  /** The addresses of what can be attached. */
  async resources(): Promise<{ uri: string; name: string }[]> {
    return (await this.#agent.client.listResources()).resources;
  }

  async read(uri: string): Promise<string> {
    const { contents } = await this.#agent.client.readResource({ uri });
    const text = contents.map((content) => ("text" in content ? content.text : "")).join("");
    this.#note({ kind: "resource", name: uri }, text);
    return text;
  }

  #note(what: Pick<Asked, "kind" | "name">, text: string): void {
    this.#read = text;
    this.asked.push({ ...what, bytes: Buffer.byteLength(text) });
  }
}

/** What an agent does about a task, and what it tells the person in the end. */
type Script = (agent: Hand) => Promise<string>;

/**
 * A test for each task of a theme, solved by its script. They wait more than they compute, so they run together; tasks
 * that change nothing share a platform.
 */
export function solveAll(theme: string, scripts: Record<string, Script>): void {
  const tasks = readTasks().filter(({ metadata }) => metadata.labels.theme === theme);
  const shared = new Map<string, Promise<Stage>>();

  // They run side by side, the longest with twenty jobs.
  describe.concurrent(theme, () => {
    afterAll(async () => {
      for (const stage of shared.values()) await (await stage).close();
    });

    test("has a script for each task", () => {
      expect(Object.keys(scripts).sort()).toEqual(tasks.map(({ metadata }) => metadata.name).sort());
    });

    for (const task of tasks)
      test(task.metadata.name, async ({ onTestFinished }) => {
        const script = scripts[task.metadata.name];
        if (script === undefined) throw new Error("No script solves it");
        const stage = await stageOf(task, shared);
        if (!changesNothing(task)) onTestFinished(() => stage.close());
        const seen = await perform(task, script, stage);
        expect(check(task, seen), `${seen.asked.length} calls; ${seen.answer.slice(0, 1000)}`).toEqual([]);
      });
  });
}

function stageOf(task: Task, shared: Map<string, Promise<Stage>>): Promise<Stage> {
  if (!changesNothing(task)) return openStage(task);
  const key = JSON.stringify(task.spec.setup);
  const stage = shared.get(key) ?? openStage(task);
  shared.set(key, stage);
  return stage;
}

/** Nor does its set-up do more than choose what is there at first. */
function changesNothing({ spec: { setup, verify } }: Task): boolean {
  const isHarmless = verify.some((step) => "apolo.unchanged" in step);
  return isHarmless && setup.every((step) => "apolo.scene" in step);
}

async function perform(task: Task, script: Script, stage: Stage) {
  const { platform, policy, person } = stage;
  const agent = await connectAgent(platform, policy, person && (() => person));
  const hand = new Hand(agent, stage);
  const before = await stage.jobs();
  beginFaults(stage, task);
  try {
    const answer = await script(hand);
    return { asked: hand.asked, answer, before, ...(await stage.look()) };
  } finally {
    await agent.client.close();
  }
}
