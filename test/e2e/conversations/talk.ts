import { test as base, expect } from "vitest";
import { connectPlatform, loginFromPassedConfig, type Platform } from "../../../src/client/index.ts";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../../src/emulator/index.ts";
import type { Agent, Answer } from "../../support/agent.ts";
import { connectAgent } from "../../support/fixtures.ts";
import { nextCalls } from "../../support/next-calls.ts";

/** What a person's question may cost: calls, and bytes of the text that they return. */
export interface Cost {
  calls: number;
  bytes: number;
}

/** A scripted agent with one question of a person: it knows what its calls returned, and nothing else. */
class Talk {
  readonly spent: Cost = { calls: 0, bytes: 0 };
  readonly #agent: Agent;
  readonly #most: Cost;
  #read = "";

  constructor(agent: Agent, most: Cost) {
    this.#agent = agent;
    this.#most = most;
  }

  /** Makes a call of its own. A refusal is an answer, too. */
  async ask(tool: string, args: Record<string, unknown> = {}): Promise<Answer> {
    this.spent.calls += 1;
    const answer = await this.#agent.call(tool, args);
    this.#read = answer.text;
    this.spent.bytes += Buffer.byteLength(answer.text);
    for (const kind of ["calls", "bytes"] as const)
      expect(this.spent[kind], `${kind} after ${tool}: ${answer.text}`).toBeLessThanOrEqual(this.#most[kind]);
    return answer;
  }

  /** The same, for a call that has to succeed. */
  async ok(tool: string, args: Record<string, unknown> = {}): Promise<Answer> {
    const answer = await this.ask(tool, args);
    expect(answer.isError, `${tool} ${JSON.stringify(args)}: ${answer.text}`).toBe(false);
    return answer;
  }

  /** Makes the first call (of a tool) that the last answer printed, with what the agent changes in it. */
  async next(tool?: string, change: Record<string, unknown> = {}): Promise<Answer> {
    const printed = nextCalls(this.#read).find((call) => tool === undefined || call.tool === tool);
    if (printed === undefined) throw new Error(`No call of ${tool ?? "any tool"} in: ${this.#read}`);
    return await this.ok(printed.tool, { ...printed.args, ...change });
  }
}

/** What the conversations of a file took. */
class Ledger {
  readonly #talks: { question: string; spent: Cost }[] = [];

  add(question: string, { spent }: Talk): void {
    this.#talks.push({ question, spent });
  }

  get total(): Cost {
    const sum = (kind: keyof Cost) => this.#talks.reduce((all, { spent }) => all + spent[kind], 0);
    return { calls: sum("calls"), bytes: sum("bytes") };
  }

  toString(): string {
    const rows = [...this.#talks, { question: "together", spent: this.total }];
    return rows
      .map(({ question, spent: { calls, bytes } }) => {
        return `${question.slice(0, 70).padEnd(70)} ${String(calls).padStart(3)} calls ${String(bytes).padStart(6)} B`;
      })
      .join("\n");
  }
}

interface PerFile {
  emulator: Emulator;
  /** The first user's, for what the agent did not do, and to see what became of it. */
  platform: Platform;
  ledger: Ledger;
  as: (user: string) => Platform;
}

interface PerTest {
  /** Begins a conversation in a session of its own, by default on the file's platform. */
  talk: (most: Cost, at?: Platform) => Promise<Talk>;
}

/** `test` for conversations that share a platform, as people do. At the end of the file it prints what they took. */
export const conversations = (options: EmulatorOptions = {}) =>
  base.extend<{ $file: PerFile; $test: PerTest }>({
    emulator: [
      // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of what a fixture needs.
      async ({}, use) => {
        const emulator = await startEmulator(options);
        await use(emulator);
        await emulator.close();
      },
      { scope: "file" },
    ],
    as: [
      async ({ emulator }, use) => {
        const open: Platform[] = [];
        const login = loginFromPassedConfig(emulator.passedConfig);
        await use((user) => {
          const platform = connectPlatform({ ...login, token: emulator.tokenFor(user) });
          open.push(platform);
          return platform;
        });
        await Promise.all(open.map((platform) => platform.close()));
      },
      { scope: "file" },
    ],
    platform: [async ({ as }, use) => use(as("alice")), { scope: "file" }],
    ledger: [
      // biome-ignore lint/correctness/noEmptyPattern: as above.
      async ({}, use) => {
        const ledger = new Ledger();
        await use(ledger);
        console.info(String(ledger));
      },
      { scope: "file" },
    ],
    talk: [
      async ({ platform, ledger, task }, use) => {
        const agents: Agent[] = [];
        await use(async (most, at = platform) => {
          const agent = await connectAgent(at);
          agents.push(agent);
          const talk = new Talk(agent, most);
          ledger.add(task.name, talk);
          return talk;
        });
        await Promise.all(agents.map(({ client }) => client.close()));
      },
      { scope: "test" },
    ],
  });
export { expect } from "vitest";
