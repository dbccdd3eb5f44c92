import type { Casting, Past } from "./cast.ts";
import { leakyText, spread, traceback, trainingText } from "./output.ts";
import type { Stage } from "./stage.ts";
import { DAY, HOUR, MINUTE } from "./stage.ts";

/** Jobs per day on a weekday, before sweeps. */
const DAILY_JOBS = 38;

const PEOPLE = [
  { owner: "alice", org: "acme", project: "vision" },
  { owner: "alice", org: "acme", project: "nlp" },
  { owner: "bob", org: "acme", project: "vision" },
  { owner: "bob", org: "acme", project: "nlp" },
  { owner: "carol", org: "research", project: "lab" },
];

const KINDS = [
  {
    word: "train",
    command: "python train.py --config configs/resnet50.yaml",
    tags: ["train"],
    presets: ["a100", "a100-x8-spot", "h100-x4"],
  },
  {
    word: "finetune",
    command: "accelerate launch finetune.py --model base-7b",
    tags: ["llm"],
    presets: ["a100", "h100-x4"],
  },
  {
    word: "prep",
    command: "bash -c 'python prep.py --shards 64 | tee prep.log'",
    tags: ["data"],
    presets: ["cpu-medium", "cpu-large"],
  },
  { word: "eval", command: "python eval.py --split test", tags: ["eval"], presets: ["cpu-medium", "a100"] },
  { word: "export", command: "python export_onnx.py", tags: [], presets: ["cpu-small"] },
  {
    word: "notebook",
    command: "jupyter lab --ip 0.0.0.0 --port 8888",
    tags: ["interactive"],
    presets: ["cpu-small", "a100"],
  },
];

/** Ways to end, and how often of a hundred. */
const ENDINGS: {
  weight: number;
  end(stage: Stage, lastedMs: number): Partial<Past> & { text?: string[] };
}[] = [
  { weight: 66, end: () => ({ status: "succeeded", exitCode: 0 }) },
  {
    weight: 9,
    end: () => failure(1, "ValueError: Expected input batch_size (256) to match target batch_size (255)."),
  },
  {
    weight: 4,
    end: () => failure(1, "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB."),
  },
  { weight: 3, end: () => failure(2, "train.py: error: unrecognized arguments: --lerning-rate") },
  { weight: 2, end: () => ({ status: "failed", reason: "OOMKilled", exitCode: 137, description: "Killed" }) },
  { weight: 1, end: () => ({ status: "failed", reason: "Error", exitCode: 137 }) },
  { weight: 6, end: () => ({ status: "cancelled", reason: "UserRequested" }) },
  { weight: 2, end: () => ({ status: "cancelled", reason: "LifeSpanEnded" }) },
  { weight: 1, end: () => ({ status: "cancelled", reason: "QuotaExhausted" }) },
  { weight: 2, end: () => ({ status: "failed", reason: "NotFound", description: PREEMPTED }) },
  { weight: 2, end: () => neverRan("Collected", "Image 'ghcr.io/acme/vison:latest' can not be pulled") },
  { weight: 1, end: () => neverRan("Collected", "Invalid image name 'ghcr.io/Acme/Vision:latest'") },
  {
    weight: 1,
    end: () => neverRan("ClusterScaleUpFailed", "Failed to scale up the cluster to get more resources"),
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
  const { random, nowMs } = stage;
  const kind = random.pick(KINDS);
  const queuedMs = random.between(4000, 90_000);
  const lastedMs = Math.min(createdAgo - MINUTE, queuedMs + random.between(MINUTE, 5 * HOUR));
  const { text, ...ending } = pickEnding(stage).end(stage, lastedMs);
  const casting: Casting = {
    ...random.pick(PEOPLE),
    command: kind.command,
    tags: [...kind.tags, ...(random.chance(0.3) ? [`exp-${random.between(1, 40)}`] : [])],
    preset: random.pick(kind.presets),
    ...(random.chance(0.6)
      ? { name: `${kind.word}-${random.between(1, 99)}${random.pick(["", "a", "b"])}` }
      : {}),
    ...(random.chance(0.2) ? { description: `${kind.word} after the review of last week` } : {}),
    ...(kind.word === "notebook" ? { httpPort: 8888 } : {}),
  };
  const ran = ending.queuedMs !== 0;
  const span = { fromMs: nowMs - createdAgo + queuedMs, toMs: nowMs - createdAgo + lastedMs };
  const lines = [...trainingText(random, random.between(3, 60)), ...(text ?? [])];
  stage.past(casting, {
    createdAgo,
    lastedMs,
    status: "succeeded",
    ...withoutQueue(ending),
    ...(ran ? { queuedMs, lines: spread(lines, span) } : {}),
    ...(random.chance(0.04) && ran ? { restarts: 1 } : {}),
  });
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
        lines: spread(trainingText(random, 20), span),
      },
    );
  }
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
      lines: spread([...leakyText(random), ...traceback("ConnectionError: metrics.internal:443")], span),
    },
  );
}

/** What is going on now. */
function present(stage: Stage): void {
  const { random, nowMs } = stage;
  const loop =
    "sh -c 'i=41; while true; do echo \"epoch $i loss=0.$((RANDOM % 900 + 100))\"; i=$((i+1)); sleep 5; done'";
  stage.running(
    { name: "train-resnet", command: loop, tags: ["train"], lifeSpanMinutes: 720 },
    {
      runningFor: 3 * HOUR,
      lines: spread(trainingText(random, 40), { fromMs: nowMs - 3 * HOUR, toMs: nowMs - MINUTE }),
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

function failure(exitCode: number, error: string): Partial<Past> & { text: string[] } {
  const text = traceback(error);
  return { status: "failed", reason: "Error", exitCode, description: text.slice(-4).join("\n"), text };
}

function neverRan(reason: string, description: string): Partial<Past> {
  return { status: "failed", reason, description, queuedMs: 0 };
}

function withoutQueue({ queuedMs: _never, ...rest }: Partial<Past>): Partial<Past> {
  return rest;
}

function pickEnding({ random }: Stage): (typeof ENDINGS)[number] {
  const tickets = ENDINGS.flatMap((ending) => Array.from({ length: ending.weight }, () => ending));
  return random.pick(tickets);
}
