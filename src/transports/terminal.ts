import manifest from "../../package.json" with { type: "json" };
import type { Platform } from "../client/index.ts";
import { type Caller, openCaller, type Policy } from "../operations/caller.ts";
import type { Observer } from "../operations/observer.ts";
import type { Person } from "../server/asking.ts";
import { makeOffer, openSession } from "../server/session.ts";
import { callOf } from "../tools/reading/example.ts";
import { logBug } from "./stdio.ts";

const CLIENT = { name: `${manifest.name} call`, version: manifest.version };
/** How often is looked whether what a call began is over. */
const LOOK_MS = 1000;

interface Wanted {
  name: string;
  arguments: Record<string, unknown>;
}

/** How a call is made. */
export interface Making {
  signal: AbortSignal;
  /** Asks the person; absent where nobody can be asked. */
  ask?: NonNullable<Person["put"]> | undefined;
  /** How far it is, and which part of 1 is done. */
  progress?(message: string, share?: number): void;
}

/** What a call came to. */
export interface Called {
  isError: boolean;
  text: string;
  /** Absent where it was refused. */
  data?: Record<string, unknown> | undefined;
}

export interface TerminalSession {
  /** Calls a tool. What would end with this process, a save or a file on its way, is waited for. */
  call(wanted: Wanted, making: Making): Promise<Called>;
  /** Whether it holds ports open, which close with it. */
  isForwarding(): boolean;
  close(): Promise<void>;
}

export type ListedTool = ReturnType<typeof toolsFor>[number];

/** The tools that the policy allows as clients see them, each with a call of it. */
export function toolsFor(policy: Policy) {
  const { tools, listing } = makeOffer({ policy }, {});
  const examples = new Map(tools.map(({ name, input }) => [name, callOf(input)]));
  return listing().map((tool) => ({ ...tool, example: examples.get(tool.name) ?? {} }));
}

/** A session of whoever sits at this terminal. Calls go the way of every client's, without a wire between. */
export function openTerminal(platform: Platform, policy: Policy, observer?: Observer): TerminalSession {
  const caller = openCaller(platform, policy, { onBug: logBug, observer });
  const client = { updated: () => Promise.resolve(), listChanged: () => Promise.resolve() };
  const offer = makeOffer(caller, {});
  const { tools, close } = openSession(caller, { offer, client, listens: () => true });

  async function callOnce(wanted: Wanted, { signal, ask, progress }: Making): Promise<Called> {
    let done: number | undefined;
    const outcome = await tools.call(wanted, {
      signal,
      client: CLIENT,
      person: ask && { answers: new Map(), put: ask },
      _meta: { progressToken: 1 },
      onShare: (share) => (done = share),
      sendNotification: async (notice) => progress?.(notice.params.message, done),
    });
    return calledOf(outcome);
  }

  return {
    async call(wanted, making) {
      for (;;) {
        const called = await callOnce(wanted, making);
        const running = await goingOn(caller);
        if (called.isError || running.length === 0) return called;
        await Promise.race(running.map((run) => run.changed(LOOK_MS, making.signal)));
      }
    },
    isForwarding: () => caller.forwards.size > 0,
    async close() {
      close();
      await caller.close();
    },
  };
}

async function goingOn({ saves, transfers }: Caller) {
  return [...saves.all(), ...(await Promise.all(transfers.all()))];
}

type Outcome = Awaited<ReturnType<ReturnType<typeof openSession>["tools"]["call"]>>;

function calledOf(outcome: Outcome): Called {
  // A person who is asked during the call leaves no question over.
  if (!("content" in outcome)) return { isError: true, text: outcome.asks.text };
  const texts = outcome.content.flatMap((part) => ("text" in part ? [part.text] : []));
  const data = "structuredContent" in outcome ? outcome.structuredContent : undefined;
  return { isError: "isError" in outcome, text: texts.join("\n"), data };
}
