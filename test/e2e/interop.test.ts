import { describe, vi } from "vitest";
import { jobUri } from "../../src/jobs/names/ids.ts";
import { listTools } from "../../src/server/tools.ts";
import { tools } from "../../src/tools/index.ts";
import { WITHIN } from "../support/busy.ts";
import {
  type Answer,
  httpLink,
  KINDS,
  type Kind,
  type Link,
  type Peer,
  stdioLink,
} from "../support/clients.ts";
import { type FaultProxy, faultProxy } from "../support/fault-proxy.ts";
import { expect, test } from "../support/fixtures.ts";
import { startJob, untilPrinted, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

/** Each test starts processes. */
const LIMITS = { timeout: 120_000 };
/** The last words of a silent job are waited for. */
const LOUD = `echo on; ${SLEEP}`;

/** Ways to reach a server that is logged in so. */
const LINKS: Record<string, (passedConfig: string) => Link | Promise<Link>> = {
  stdio: (APOLO_PASSED_CONFIG) => stdioLink({ APOLO_PASSED_CONFIG }),
  HTTP: httpLink,
};

const CASES = Object.entries(LINKS).flatMap(([way, linkTo]) =>
  KINDS.map((kind) => ({ ...kind, way, linkTo })),
);

/** What every client is told, ids aside. */
const REFUSAL =
  /^invalid_argument: job_status was not called\.\n- jbos: unknown argument, did you mean jobs\?/;
const STARTED = [
  {
    type: "text",
    text: `Started: train (ID), pending (Creating).
preset cpu-small, 0.5 credits per hour; life span 1d, so at most 12 credits.
Next: job_wait {"jobs":["train"]} for its end.`,
  },
  {
    ...{ type: "resource_link", name: "train", uri: "job://default/acme/vision/ID" },
    mimeType: "application/json",
  },
];
const QUESTION = /^Kill this job for good\?\nasked \(ID, owner alice, project default\/acme\/vision\)/;

/** What the agent is told of each answer to that question, and what becomes of the job. */
const ANSWERS = [
  { answer: "decline", told: /^declined: The person was asked .* nothing was killed/, status: "running" },
  { answer: "cancel", told: /^declined: The person was asked .* nothing was killed/, status: "running" },
  { answer: "accept", told: /^asked \(ID\): running → cancelled$/, status: "cancelled" },
] as const;

describe.each(CASES)("a client $name, over $way", ({ linkTo, ...kind }) => {
  test("gets what every client gets", LIMITS, async ({ emulator, platform }) => {
    const link = await linkTo(emulator.passedConfig);
    const peer = await kind.connect(link);
    expect(peer.version).toBe(kind.version);
    await lists(peer);
    await reads(peer, kind);
    expect(withoutIds((await peer.call("job_start", START)).content)).toEqual(STARTED);
    await helps(peer);
    await givesUp(peer);
    // From then on it changes once.
    const job = await untilStatus(platform, await platform.jobs.get("train"), "running");
    await peer.follow(jobUri(job));
    const wait = { jobs: ["train"], until: "finished", wait_seconds: 40 };
    const { structuredContent } = await peer.call("job_wait", wait, {
      onprogress: () => void platform.jobs.kill(job.id),
    });
    expect(structuredContent).toMatchObject({ finished: true });
    await vi.waitFor(() => expect(updatesIn(peer)).toEqual([jobUri(job)]), WITHIN);
    await startJob(platform, { name: "unasked", script: SLEEP });
    expect(textOf(await peer.call("job_kill", { jobs: ["unasked"] }))).toMatch(/^unasked .* → cancelled$/);
    const processes = link.processes();
    await peer.client.close();
    // One that takes its time is killed, and then not waited for.
    await vi.waitFor(() => expect(processes.filter(isAlive)).toEqual([]), WITHIN);
  });

  test("has its person asked before anything is written", LIMITS, async ({ emulator, platform }) => {
    const proxy = await faultProxy(emulator);
    const person = new Person(proxy);
    const peer = await kind.connect(await linkTo(proxy.passedConfig), (question) => person.hear(question));
    const job = await startJob(platform, { name: "asked", script: LOUD });
    await untilPrinted(platform, job, "on");
    for (const { answer, told, status } of ANSWERS) {
      person.answer = answer;
      expect(textOf(await peer.call("job_kill", { jobs: ["asked"] }))).toMatch(told);
      expect((await platform.jobs.status(job.id)).status).toBe(status);
    }
    expect(person.questions).toEqual(ANSWERS.map(() => expect.stringMatching(QUESTION)));
    await startJob(platform, { name: "first", script: LOUD });
    const second = await startJob(platform, { name: "second", script: LOUD });
    person.questions.length = 0;
    person.meanwhile = () => platform.jobs.kill(second.id);
    await peer.call("job_kill", { jobs: ["first", "second"] });
    // One that has ended meanwhile needs no other question.
    expect(person.questions).toEqual([expect.stringContaining("second")]);
    // Two of its own, each after its question: what ended the second job came another way.
    expect(person.writesBefore).toEqual([0, 0, 0, 1]);
    expect(writesIn(proxy)).toBe(2);
  });
});

const START = { image: "ubuntu", command: SLEEP, name: "train" };

async function lists(peer: Peer): Promise<void> {
  await peer.client.listTools();
  const { result } = peer.heard.find((frame) => frame.result?.tools !== undefined);
  expect(JSON.stringify(result.tools)).toBe(JSON.stringify(listTools(tools)));
  const refused = await peer.call("job_status", { jbos: ["train"] });
  expect(refused.isError).toBe(true);
  expect(textOf(refused)).toMatch(REFUSAL);
}

async function reads({ client, heard }: Peer, { isOld }: Kind): Promise<void> {
  const { contents } = await client.readResource({ uri: "apolo://context" });
  expect(contents).toEqual([expect.objectContaining({ text: expect.stringContaining('"user":"alice"') })]);
  await expect(client.readResource({ uri: "job://default/acme/vision/nobody" })).rejects.toThrow(
    /not_found: /,
  );
  // The new SDK's client shows both codes as one.
  expect(heard.at(-1).error).toMatchObject({
    code: isOld ? -32002 : -32602,
    message: expect.stringMatching(/^not_found: There is no job "nobody"/),
  });
}

async function helps({ client }: Peer): Promise<void> {
  const { messages } = await client.getPrompt({ name: "launch-job", arguments: { goal: "train a net" } });
  expect(JSON.stringify(messages)).toContain("train a net");
  const { completion } = await client.complete({
    ref: { type: "ref/prompt", name: "diagnose-job" },
    argument: { name: "job", value: "tr" },
  });
  expect(completion.values).toEqual(["train"]);
}

/** A call that is cancelled gets no answer, and the session goes on. */
async function givesUp(peer: Peer): Promise<void> {
  const giving = new AbortController();
  const waiting = peer.call(
    "job_wait",
    { jobs: ["train"], until: "finished", wait_seconds: 40 },
    {
      signal: giving.signal,
      onprogress: () => giving.abort(),
    },
  );
  await expect(waiting).rejects.toThrow();
  const { id } = peer.sent.find(({ params }) => params?.name === "job_wait");
  await peer.call("job_status", { jobs: ["train"] });
  expect(peer.heard.filter((frame) => frame.id === id)).toEqual([]);
}

/** Somebody who answers questions, and sees what was written to the platform before each. */
class Person {
  answer: Answer = "accept";
  readonly questions: string[] = [];
  readonly writesBefore: number[] = [];
  /** Happens while the first question is thought about. */
  meanwhile: () => Promise<unknown> = async () => undefined;
  readonly #proxy: FaultProxy;

  constructor(proxy: FaultProxy) {
    this.#proxy = proxy;
  }

  async hear(question: string): Promise<Answer> {
    this.questions.push(withoutIds(question));
    this.writesBefore.push(writesIn(this.#proxy));
    if (this.questions.length === 1) await this.meanwhile();
    return this.answer;
  }
}

function writesIn({ seen }: FaultProxy): number {
  return seen.filter(({ method }) => method !== "GET").length;
}

function updatesIn({ heard }: Peer): string[] {
  const updates = heard.filter(({ method }) => method === "notifications/resources/updated");
  return updates.map(({ params }) => params.uri);
}

function textOf({ content }: { content: { text: string }[] }): string {
  return withoutIds(content[0]?.text ?? "");
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function withoutIds<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll(/job-[0-9a-f]{8}[0-9a-f-]*/g, "ID"));
}
