import { setTimeout as delay } from "node:timers/promises";
import pMap from "p-map";
import { expect, test } from "vitest";
import { openRandom, type Random } from "../../src/emulator/scenes/random.ts";
import { FORM, tell } from "./form.ts";
import { type Interruption, openStartWorld, type StartWorld } from "./start-world.ts";

const AT_ONCE = FORM.isLong ? 10 : 12;
const BATCH = FORM.isLong ? 25 : 12;
const MOST_CALLS = 20;
/** Another server's start may still be ended by the one that made it. */
const SETTLING_MS = FORM.isLong ? 8000 : 30_000;
/** What an answer without a job must say: that nothing was started, or that nobody knows and what is safe. */
const IS_CLEAR = /nothing was started|is unknown\..* is safe|could not be asked who calls/is;

/** One request to start a job, and what its callers were told. */
interface Request {
  requestId: string;
  told: Set<string>;
  unsure: Set<string>;
  twins: Set<string>;
  unclear: string[];
  /** By which server, interrupted how, with what answer. */
  calls: string[];
}

test(`starts under random faults make one job each (seed ${FORM.seed})`, {
  tags: "starts",
  timeout: FORM.timeoutMs,
}, async () => {
  const random = openRandom(FORM.seed);
  const world = await openStartWorld(random, FORM);
  const endsAt = performance.now() + FORM.forMs;
  const figures = { starts: 0, jobs: 0, takenBack: 0, late: 0, unsure: 0 };
  const problems: string[] = [];
  do {
    const tag = `soak-${figures.starts}`;
    const ids = Array.from({ length: BATCH }, (_, index) => `${tag}-${index}`);
    world.harm(true);
    const requests = await pMap(
      ids,
      (id) => insist(world, { requestId: id, tag }, openRandom(random.between(0, 2 ** 31))),
      {
        concurrency: AT_ONCE,
      },
    );
    world.harm(false);
    const { left, takenBack } = await settled(world, tag);
    for (const request of requests) {
      const jobs = left.get(request.requestId) ?? [];
      if (jobs.length > 1) note(request, await world.start(0, { requestId: request.requestId, tag }));
      problems.push(...problemsOf(request, jobs));
      figures.unsure += request.unsure.size;
      figures.late += Math.max(0, jobs.length - 1);
    }
    figures.starts += requests.length;
    figures.jobs += [...left.values()].flat().length;
    figures.takenBack += takenBack;
    await world.end(tag);
  } while (performance.now() < endsAt);
  tell({ seed: FORM.seed, ...figures, ...world.counts, struck: Object.fromEntries(world.struck) });
  expect(problems).toEqual([]);
  expect(figures.jobs - figures.late).toBe(figures.starts);
});

/** Calls until a job is told of for certain, as an agent does. */
async function insist(
  world: StartWorld,
  asked: { requestId: string; tag: string },
  random: Random,
): Promise<Request> {
  const request: Request = {
    requestId: asked.requestId,
    told: new Set(),
    unsure: new Set(),
    twins: new Set(),
    unclear: [],
    calls: [],
  };
  for (let calls = 0; calls < MOST_CALLS && request.told.size === 0; calls += 1) {
    const first = random.between(0, world.servers - 1);
    const second = random.chance(0.3) ? [(first + 1) % world.servers] : [];
    const call = async (at: number) => {
      const how = interruption(random);
      const answer = await world.start(at, asked, how);
      request.calls.push(`${at}${how === undefined ? "" : ` (${how})`}: ${shown(answer)}`);
      note(request, answer);
    };
    await Promise.all([first, ...second].map(call));
  }
  return request;
}

function interruption(random: Random): Interruption | undefined {
  const chance = random.next();
  if (chance < 0.15) return "cancel";
  if (chance < 0.2) return "kill -9";
  return chance < 0.22 ? "platform restarts" : undefined;
}

function note(request: Request, answer: Awaited<ReturnType<StartWorld["start"]>>): void {
  if (answer === undefined) return;
  const [job] = answer.data?.jobs ?? [];
  if (job === undefined) {
    if (!IS_CLEAR.test(answer.text)) request.unclear.push(answer.text.slice(0, 300));
    return;
  }
  // Another server's start may still take its place, and the answer says so.
  (job.unchecked === true ? request.unsure : request.told).add(job.id);
  for (const twin of job.twins ?? []) request.twins.add(twin);
}

/** Waits until what was held back has come, and servers have taken back what was too many. */
async function settled(world: StartWorld, tag: string) {
  await world.quiet();
  for (const until = performance.now() + SETTLING_MS; ; await delay(100)) {
    const jobs = await world.jobs(tag);
    const isOver = [...jobs.left.values()].every(({ length }) => length === 1);
    if (isOver || performance.now() > until) return jobs;
  }
}

function shown(answer: Awaited<ReturnType<StartWorld["start"]>>): string {
  const [job] = answer?.data?.jobs ?? [];
  return job === undefined
    ? (answer?.text.slice(0, 100) ?? "no answer")
    : `${job.id}${job.repeated ? " again" : ""}${job.unchecked ? " unsure" : ""}`;
}

function problemsOf(
  { requestId, told, unsure, twins, unclear, calls }: Request,
  jobs: readonly string[],
): string[] {
  const [job = "none", ...late] = jobs;
  const unaccounted = late.filter((id) => !twins.has(id));
  const found = [
    ...unclear.map((text) => `${requestId} was answered ${JSON.stringify(text)}`),
    ...(told.size === 1 && told.has(job)
      ? []
      : [
          `${requestId} is ${job}, told was ${[...told].join(" and ") || "nothing"}, unsure of ${unsure.size}`,
        ]),
    ...unaccounted.map((id) => `${requestId} is also ${id}, of which nobody was told`),
  ];
  return found.length === 0 ? [] : [...found, ...calls.map((call) => `${requestId} by ${call}`)];
}
