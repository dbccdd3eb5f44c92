import jobs from "./jobs.json" with { type: "json" };
import type { Casting, End, Past, Stage } from "./stage.ts";
import { DAY, failed, HOUR, MINUTE, neverRan, OOM_KILLED, SUCCEEDED } from "./stage.ts";
import {
  brokenOff,
  memoryErrorOf,
  scriptOf,
  textOf,
  traceback,
  trainingText,
  WORK,
  type Work,
  withRate,
} from "./work.ts";

/** Jobs per day on a weekday, before sweeps. */
const DAILY_JOBS = 38;

/** How an ordinary job ended, and the text at the end of its log. */
interface Ending {
  end: End;
  text?: string[];
  waitedFor?: string;
  /** For one that never ran. */
  lastedMs?: number;
  lifeSpanMinutes?: number;
}

const cancelled = (reason: string): End => ({ status: "cancelled", reason });

const MISSING_IMAGE = neverRan("Collected", "Image 'ghcr.io/acme/vison:latest' can not be pulled");
const INVALID_IMAGE = neverRan("Collected", "Invalid image name 'ghcr.io/Acme/Vision:latest'");
const NO_NODE = neverRan("ClusterScaleUpFailed", "Failed to scale up the cluster to get more resources");

/** Ways to end, and how often of a hundred. */
const ENDINGS: [weight: number, end: (work: Work, ranMs: number) => Ending][] = [
  [66, () => ({ end: SUCCEEDED })],
  [9, (work) => failing(traceback(work.error, scriptOf(work)))],
  [4, (work) => failing(traceback(memoryErrorOf(work), scriptOf(work)))],
  [3, misspelt],
  [2, () => ({ end: { ...OOM_KILLED, description: "Killed" } })],
  [1, () => ({ end: failed(137) })],
  [6, () => ({ end: cancelled("UserRequested") })],
  [2, lifeSpanOver],
  [1, () => ({ end: cancelled("QuotaExhausted") })],
  [2, () => ({ end: neverRan("NotFound", "The job could not be scheduled or was preempted.") })],
  [2, () => ({ end: MISSING_IMAGE, waitedFor: "ErrImagePull", lastedMs: 64_000 })],
  [1, () => ({ end: INVALID_IMAGE, lastedMs: 3000 })],
  [1, () => ({ end: NO_NODE, waitedFor: "ClusterScalingUp", lastedMs: 5 * MINUTE })],
];

/** A week of several people's work, as it might be found on a Monday morning. */
export function week(stage: Stage): void {
  for (let day = 7; day >= 1; day -= 1) {
    const weekend = [0, 6].includes(new Date(stage.nowMs - day * DAY).getUTCDay());
    const jobs = weekend ? DAILY_JOBS / 4 : DAILY_JOBS;
    for (let count = 0; count < jobs; count += 1)
      ordinary(stage, day * DAY - stage.random.between(0, DAY - HOUR));
  }
  sweep(stage, { tag: "lr-sweep-0417", createdAgo: 2 * DAY, jobs: 24 });
  sweep(stage, { tag: "wd-sweep", createdAgo: 5 * DAY, jobs: 16 });
  stage.play(jobs.leak);
  present(stage);
}

function ordinary(stage: Stage, createdAgo: number): void {
  const { random } = stage;
  const work = random.pick(WORK);
  const queuedMs = random.between(4000, 90_000);
  const ranMs = Math.min(createdAgo - MINUTE - queuedMs, random.between(MINUTE, 5 * HOUR));
  const tickets = ENDINGS.flatMap(([weight, ending]) => Array.from({ length: weight }, () => ending));
  const ending = random.pick(tickets)(work, ranMs);
  const { end, lifeSpanMinutes, waitedFor } = ending;
  const preset = random.pick(work.presets);
  const casting: Casting = { ...castingOf(stage, work), preset };
  if (ending.lastedMs !== undefined) {
    const image = /'(.*)'/.exec(end.description ?? "")?.[1] ?? "ghcr.io/acme/vision:latest";
    stage.past({ ...casting, image }, { createdAgo, lastedMs: ending.lastedMs, waitedFor, end });
    return;
  }
  const restarts = random.chance(0.04) ? 1 : 0;
  const policy: Casting = restarts > 0 ? { restartPolicy: "on-failure" } : {};
  const limits = lifeSpanMinutes === undefined ? {} : { maxRunTimeMinutes: lifeSpanMinutes };
  const lastedMs = queuedMs + (lifeSpanMinutes === undefined ? ranMs : lifeSpanMinutes * MINUTE);
  const lines = linesOf(stage, { work, preset, ending });
  stage.past({ ...casting, ...policy, ...limits }, { createdAgo, queuedMs, lastedMs, end, restarts, lines });
}

function castingOf({ random }: Stage, { word, command, tags }: Work): Casting {
  const name = `${word}-${random.between(1, 99)}${random.pick(["", "a", "b"])}`;
  return {
    ...random.pick(jobs.people),
    command,
    tags: [...tags, ...(random.chance(0.3) ? [`exp-${random.between(1, 40)}`] : [])],
    name: random.chance(0.6) ? name : undefined,
    description: random.chance(0.2) ? `${word} after the review of last week` : undefined,
    http: word === "notebook" ? { port: 8888, health_check_path: "/", requires_auth: true } : undefined,
  };
}

/** What a job printed until it ended as it did: only one that succeeded came to its end. */
function linesOf(
  { random }: Stage,
  { work, preset, ending: { end, text = [] } }: { work: Work; preset: string; ending: Ending },
): string[] {
  const whole = textOf(work, random, preset);
  if (end.status === "succeeded") return whole;
  return end.exitCode === 2 ? text : [...brokenOff(whole, 0.2 + random.next() * 0.7), ...text];
}

const SWEEP_FAILURES: Record<number, End> = {
  5: failed(1, traceback("FloatingPointError: loss is nan").join("\n")),
  6: OOM_KILLED,
  7: failed(139, "Segmentation fault (core dumped)"),
};

/** Many small jobs that differ in one number; three of them fail, each in its own way. */
function sweep(
  stage: Stage,
  { tag, createdAgo, jobs }: { tag: string; createdAgo: number; jobs: number },
): void {
  const { random } = stage;
  for (let index = 0; index < jobs; index += 1) {
    const lr = (10 ** -(2 + 3 * random.next())).toExponential(1);
    const lastedMs = random.between(20 * MINUTE, 40 * MINUTE);
    const end = SWEEP_FAILURES[index] ?? SUCCEEDED;
    const casting = { name: `${tag}-${index}`, tags: [tag, "train"], preset: "a100", env: { LR: lr } };
    const past: Past = { createdAgo: createdAgo - index * 1500, queuedMs: 9000, lastedMs, end };
    const lines = sweepText(stage, lr, end);
    stage.past({ ...casting, command: `python train.py --lr ${lr}` }, { ...past, lines });
  }
}

function sweepText({ random }: Stage, lr: string, { status, description }: End): string[] {
  const text = withRate(trainingText(random, 20, "a100"), lr);
  if (status === "succeeded") return text;
  return [...brokenOff(text, 0.3 + random.next() / 2), ...(description?.split("\n") ?? [])];
}

function present(stage: Stage): void {
  const command =
    "sh -c 'i=41; while true; do echo \"epoch $i/400 loss=0.$((900 - i))\"; i=$((i+1)); sleep 5; done'";
  const epochs = trainingText(stage.random, 40).map((line) => line.replace("/40 ", "/400 "));
  const casting = { name: "train-resnet", command, tags: ["train"], maxRunTimeMinutes: 720 };
  stage.running(casting, 3 * HOUR, epochs);
  stage.play(jobs.present);
}

function failing(text: string[]): Ending {
  return { end: failed(1, text.slice(-4).join("\n")), text };
}

function misspelt(work: Work): Ending {
  const script = scriptOf(work);
  const text = [
    `usage: ${script} [-h] [--config CONFIG]`,
    `${script}: error: unrecognized arguments: --lerning-rate`,
  ];
  return { end: failed(2, text.join("\n")), text };
}

function lifeSpanOver(_work: Work, ranMs: number): Ending {
  return { end: cancelled("LifeSpanEnded"), lifeSpanMinutes: Math.max(1, Math.floor(ranMs / MINUTE)) };
}
