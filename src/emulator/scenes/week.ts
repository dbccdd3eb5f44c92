import type { Casting, Past } from "./cast.ts";
import { leakyText, spread, traceback, trainingText, withRate } from "./output.ts";
import { DAY, HOUR, MINUTE, type Stage } from "./stage.ts";
import { brokenOff, failing, WORK, type Work } from "./work.ts";

/** Jobs per day on a weekday, before sweeps. */
const DAILY_JOBS = 38;

const PEOPLE = [
  { owner: "alice", org: "acme", project: "vision" },
  { owner: "alice", org: "acme", project: "nlp" },
  { owner: "bob", org: "acme", project: "vision" },
  { owner: "bob", org: "acme", project: "nlp" },
  { owner: "carol", org: "research", project: "lab" },
];

/** How an ordinary job ended, and the text at the end of its log. */
interface Ending extends Partial<Past> {
  text?: string[];
  lifeSpanMinutes?: number;
}

/** Ways to end, and how often of a hundred. */
const ENDINGS: { weight: number; end(work: Work, ranMs: number): Ending }[] = [
  { weight: 66, end: () => ({ status: "succeeded", exitCode: 0 }) },
  { weight: 9, end: (work) => failure(failing(work, work.errors.input)) },
  { weight: 4, end: (work) => failure(failing(work, work.errors.memory)) },
  { weight: 3, end: misspelt },
  { weight: 2, end: () => ({ status: "failed", reason: "OOMKilled", exitCode: 137, description: "Killed" }) },
  { weight: 1, end: () => ({ status: "failed", reason: "Error", exitCode: 137 }) },
  { weight: 6, end: () => ({ status: "cancelled", reason: "UserRequested" }) },
  { weight: 2, end: lifeSpanOver },
  { weight: 1, end: () => ({ status: "cancelled", reason: "QuotaExhausted" }) },
  { weight: 2, end: () => ({ status: "failed", reason: "NotFound", description: PREEMPTED }) },
  {
    weight: 2,
    end: () =>
      neverRan("Collected", "Image 'ghcr.io/acme/vison:latest' can not be pulled", {
        waitedFor: "ErrImagePull",
        lastedMs: 64_000,
      }),
  },
  {
    weight: 1,
    end: () => neverRan("Collected", "Invalid image name 'ghcr.io/Acme/Vision:latest'", { lastedMs: 3000 }),
  },
  {
    weight: 1,
    end: () =>
      neverRan("ClusterScaleUpFailed", "Failed to scale up the cluster to get more resources", {
        waitedFor: "ClusterScalingUp",
        lastedMs: 5 * MINUTE,
      }),
  },
];

const PREEMPTED = "The job could not be scheduled or was preempted.";

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
  leak(stage);
  present(stage);
}

function ordinary(stage: Stage, createdAgo: number): void {
  const { random } = stage;
  const work = random.pick(WORK);
  const queuedMs = random.between(4000, 90_000);
  const ranMs = Math.min(createdAgo - MINUTE - queuedMs, random.between(MINUTE, 5 * HOUR));
  const ending = pickEnding(stage).end(work, ranMs);
  const { text: _text, lifeSpanMinutes, ...past } = ending;
  const preset = random.pick(work.presets);
  const casting = { ...castingOf(stage, work), preset };
  if (NEVER_RAN.has(ending.reason)) {
    const image = /'(.*)'/.exec(ending.description ?? "")?.[1] ?? "ghcr.io/acme/vision:latest";
    stage.past({ ...casting, image }, { ...NO_TIME, ...past, createdAgo });
    return;
  }
  const restarts = random.chance(0.04) ? 1 : 0;
  const lastedMs = queuedMs + (lifeSpanMinutes === undefined ? ranMs : lifeSpanMinutes * MINUTE);
  const startedMs = stage.nowMs - createdAgo + queuedMs;
  stage.past(
    {
      ...casting,
      ...(lifeSpanMinutes === undefined ? {} : { lifeSpanMinutes }),
      ...(restarts === 0 ? {} : { restartPolicy: "on-failure" }),
    },
    {
      status: "succeeded",
      ...past,
      ...{ createdAgo, queuedMs, lastedMs, restarts },
      lines: spread(linesOf(stage, { work, preset, ending }), {
        fromMs: startedMs,
        toMs: startedMs + lastedMs - queuedMs,
      }),
    },
  );
}

function castingOf({ random }: Stage, { word, command, tags }: Work): Casting {
  const name = `${word}-${random.between(1, 99)}${random.pick(["", "a", "b"])}`;
  return {
    ...random.pick(PEOPLE),
    command,
    tags: [...tags, ...(random.chance(0.3) ? [`exp-${random.between(1, 40)}`] : [])],
    ...(random.chance(0.6) ? { name } : {}),
    ...(random.chance(0.2) ? { description: `${word} after the review of last week` } : {}),
    ...(word === "notebook" ? { httpPort: 8888 } : {}),
  };
}

const NEVER_RAN: ReadonlySet<string | undefined> = new Set(["Collected", "ClusterScaleUpFailed"]);
const NO_TIME = { status: "failed", lastedMs: MINUTE } as const;

/** What a job printed until it ended as it did: only one that succeeded came to its end. */
function linesOf(
  { random }: Stage,
  { work, preset, ending }: { work: Work; preset: string; ending: Ending },
): string[] {
  const whole = work.text(random, preset);
  if (ending.status === "succeeded") return whole;
  if (ending.exitCode === 2) return ending.text ?? [];
  return [...brokenOff(whole, 0.2 + random.next() * 0.7), ...(ending.text ?? [])];
}

/** Many small jobs that differ in one number; three of them fail, each in its own way. */
function sweep(
  stage: Stage,
  { tag, createdAgo, jobs }: { tag: string; createdAgo: number; jobs: number },
): void {
  const { random, nowMs } = stage;
  for (let index = 0; index < jobs; index += 1) {
    const lr = (10 ** -(2 + 3 * random.next())).toExponential(1);
    const ago = createdAgo - index * 1500;
    const lastedMs = random.between(20 * MINUTE, 40 * MINUTE);
    const failed: Partial<Past> =
      [
        {
          reason: "Error",
          exitCode: 1,
          description: traceback("FloatingPointError: loss is nan").join("\n"),
        },
        { reason: "OOMKilled", exitCode: 137 },
        { reason: "Error", exitCode: 139, description: "Segmentation fault (core dumped)" },
      ][index - 5] ?? {};
    const span = { fromMs: nowMs - ago + 9000, toMs: nowMs - ago + lastedMs };
    stage.past(
      {
        name: `${tag}-${index}`,
        tags: [tag, "train"],
        command: `python train.py --lr ${lr}`,
        env: { LR: lr },
        preset: "a100",
      },
      {
        createdAgo: ago,
        queuedMs: 9000,
        lastedMs,
        ...(failed.reason === undefined
          ? { status: "succeeded", exitCode: 0 }
          : { status: "failed", ...failed }),
        lines: spread(sweepText(stage, lr, failed), span),
      },
    );
  }
}

const ONE_A100 = { host: "gpu-node", hardware: "1 x NVIDIA A100-SXM4-80GB" };

function sweepText({ random }: Stage, lr: string, { reason, description }: Partial<Past>): string[] {
  const text = withRate(trainingText(random, 20, ONE_A100), lr);
  if (reason === undefined) return text;
  const words = description === undefined ? [] : description.split("\n");
  return [...brokenOff(text, 0.3 + random.next() / 2), ...words];
}

function leak(stage: Stage): void {
  const { random, nowMs } = stage;
  const createdAgo = 26 * HOUR;
  const span = { fromMs: nowMs - createdAgo + 6000, toMs: nowMs - createdAgo + HOUR };
  stage.past(
    { name: "sync-metrics", command: "bash -xc 'env | sort; ./sync.sh'", tags: ["data"] },
    {
      createdAgo,
      queuedMs: 6000,
      lastedMs: HOUR,
      status: "failed",
      reason: "Error",
      exitCode: 1,
      lines: spread([...leakyText(random), "curl: (7) Failed to connect to metrics.internal port 443"], span),
    },
  );
}

/** What is going on now. */
function present(stage: Stage): void {
  const { random, nowMs } = stage;
  const loop =
    "sh -c 'i=41; while true; do echo \"epoch $i/400 loss=0.$((900 - i))\"; i=$((i+1)); sleep 5; done'";
  stage.running(
    { name: "train-resnet", command: loop, tags: ["train"], lifeSpanMinutes: 720 },
    {
      runningFor: 3 * HOUR,
      lines: spread(
        trainingText(random, 40).map((line) => line.replace("/40 ", "/400 ")),
        { fromMs: nowMs - 3 * HOUR, toMs: nowMs - MINUTE },
      ),
    },
  );
  stage.past(
    { name: "eval-nightly", command: "python eval.py --split test", tags: ["eval"], preset: "cpu-medium" },
    {
      createdAgo: 3 * HOUR,
      queuedMs: 6000,
      lastedMs: 3 * HOUR - 20 * MINUTE,
      status: "failed",
      reason: "Error",
      exitCode: 1,
      lines: spread(
        [
          "loading /mnt/checkpoints/latest.pt",
          "batch 25/1000 acc=0.7312",
          ...traceback("KeyError: 'head.weight'", "eval.py"),
        ],
        { fromMs: nowMs - 3 * HOUR + 6000, toMs: nowMs - 20 * MINUTE },
      ),
    },
  );
  stage.running(
    { owner: "bob", name: "annotate", project: "nlp", command: "sleep 86400", tags: ["data"] },
    { runningFor: HOUR },
  );
  stage.pending(
    { name: "train-7b", image: "ghcr.io/acme/does-not-exist:latest", preset: "a100", tags: ["llm"] },
    { waitingFor: 20 * MINUTE, hold: { reason: "ErrImagePull" } },
  );
}

function failure(text: string[]): Ending {
  return { status: "failed", reason: "Error", exitCode: 1, description: text.slice(-4).join("\n"), text };
}

function misspelt({ script }: Work): Ending {
  const text = [
    `usage: ${script} [-h] [--config CONFIG]`,
    `${script}: error: unrecognized arguments: --lerning-rate`,
  ];
  return { status: "failed", reason: "Error", exitCode: 2, description: text.join("\n"), text };
}

function lifeSpanOver(_work: Work, ranMs: number): Ending {
  return {
    status: "cancelled",
    reason: "LifeSpanEnded",
    lifeSpanMinutes: Math.max(1, Math.floor(ranMs / MINUTE)),
  };
}

function neverRan(
  reason: string,
  description: string,
  times: { waitedFor?: string; lastedMs: number },
): Ending {
  return { status: "failed", reason, description, ...times };
}

function pickEnding({ random }: Stage): (typeof ENDINGS)[number] {
  const tickets = ENDINGS.flatMap((ending) => Array.from({ length: ending.weight }, () => ending));
  return random.pick(tickets);
}
