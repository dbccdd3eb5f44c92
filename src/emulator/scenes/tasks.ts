import { spread, traceback, trainingText, withRate } from "./output.ts";
import { DAY, HOUR, MINUTE, type Stage } from "./stage.ts";

/** Small situations, each for one question that people ask. */

/** "My job train-7b is stuck pending, why?" */
export function stuck(stage: Stage): void {
  stage.pending(
    { name: "train-7b", image: "ghcr.io/acme/does-not-exist:latest", preset: "a100" },
    { waitingFor: 12 * MINUTE, hold: { reason: "ErrImagePull" } },
  );
}

/** "Why didn't it start?": four jobs run, and four is the limit. */
export function quota(stage: Stage): void {
  stage.quota("alice", 4);
  for (const index of [1, 2, 3, 4])
    stage.running(
      { name: `train-${index}`, command: "sleep 86400", tags: ["train"] },
      { runningFor: index * HOUR },
    );
  stage.pending(
    { name: "train-5", tags: ["train"] },
    {
      waitingFor: 5 * MINUTE,
      hold: { reason: "QuotaExhausted", description: "The running jobs quota is used up" },
    },
  );
}

/** "Which of the sweep failed?": twenty jobs, three failed with distinct causes, among others' jobs. */
export function sweep(stage: Stage): void {
  const { random, nowMs } = stage;
  for (let index = 0; index < 20; index += 1) {
    const createdAgo = 2 * HOUR - index * 2000;
    const casting = {
      name: `lr-sweep-${index}`,
      tags: ["lr-sweep"],
      command: `python train.py --lr 1e-${(index % 5) + 1}`,
    };
    const span = { fromMs: nowMs - createdAgo + 5000, toMs: nowMs - createdAgo + 10 * MINUTE };
    const usual = { createdAgo, queuedMs: 5000, lastedMs: 10 * MINUTE };
    if (index === 4) {
      const text = traceback("ValueError: learning rate 0.1 diverged at step 312");
      stage.past(casting, {
        ...usual,
        status: "failed",
        reason: "Error",
        exitCode: 1,
        description: text.join("\n"),
        lines: spread(text, span),
      });
    } else if (index === 11) {
      stage.past(
        { ...casting, command: "python train.py --batch 4096" },
        { ...usual, status: "failed", reason: "OOMKilled", exitCode: 137 },
      );
    } else if (index === 17) {
      stage.past(
        { ...casting, image: "ghcr.io/acme/trainer:v9-missing" },
        {
          createdAgo,
          lastedMs: MINUTE,
          status: "failed",
          reason: "Collected",
          description: "Image 'ghcr.io/acme/trainer:v9-missing' can not be pulled",
        },
      );
    } else {
      stage.past(casting, {
        ...usual,
        status: "succeeded",
        exitCode: 0,
        lines: spread(withRate(trainingText(random, 5), `1e-${(index % 5) + 1}`), span),
      });
    }
  }
}

/** "Find the job that was OOM-killed yesterday": two were, one of them mine. */
export function oom(stage: Stage): void {
  const { random } = stage;
  for (let index = 0; index < 198; index += 1) {
    const createdAgo = random.between(HOUR * 3, 7 * DAY);
    stage.past(
      { owner: random.pick(["alice", "bob"]), tags: ["batch"], command: `python batch.py --part ${index}` },
      random.chance(0.9)
        ? { createdAgo, queuedMs: 4000, lastedMs: HOUR, status: "succeeded", exitCode: 0 }
        : { createdAgo, queuedMs: 4000, lastedMs: HOUR, status: "failed", reason: "Error", exitCode: 1 },
    );
  }
  const killed = {
    queuedMs: 4000,
    lastedMs: 40 * MINUTE,
    status: "failed",
    reason: "OOMKilled",
    exitCode: 137,
  } as const;
  stage.past(
    { name: "embed-all", preset: "cpu-medium", command: "python embed.py --all" },
    { createdAgo: DAY, ...killed },
  );
  stage.past(
    { owner: "bob", name: "join-tables", preset: "cpu-small" },
    { createdAgo: DAY + HOUR, ...killed },
  );
}

/** "Why did prep fail?": 137 without the reason that would say it. */
export function prep(stage: Stage): void {
  const { nowMs } = stage;
  const text = ["reading 64 shards", "merging shard 41 of 64", "Killed"];
  stage.past(
    { name: "prep", command: "bash prep.sh", preset: "cpu-medium" },
    {
      createdAgo: 3 * HOUR,
      queuedMs: 4000,
      lastedMs: HOUR,
      status: "failed",
      reason: "Error",
      exitCode: 137,
      description: text.join("\n"),
      lines: spread(text, { fromMs: nowMs - 3 * HOUR, toMs: nowMs - 2 * HOUR }),
    },
  );
}

/** "Tail the log until you see epoch 3": it comes after 25 seconds. */
export function epochs(stage: Stage): void {
  const command = "sh -c 'for i in 1 2 3 4 5 6 7 8 9; do sleep 8; echo \"epoch $i done\"; done'";
  stage.running({ name: "train-epochs", command }, { runningFor: 1000 });
}

/** "Kill everything I started with tag tmp": twelve of mine, three of others. */
export function tmp(stage: Stage): void {
  for (let index = 0; index < 15; index += 1) {
    const owner = index < 12 ? "alice" : "bob";
    stage.running(
      { owner, name: `tmp-${index}`, command: "sleep 86400", tags: ["tmp"] },
      { runningFor: (index + 1) * MINUTE },
    );
  }
}

/** "It will be killed soon, give it six more hours." */
export function midnight(stage: Stage): void {
  stage.running(
    { name: "train-long", command: "sleep 86400", lifeSpanMinutes: 600 },
    { runningFor: 9 * HOUR + 40 * MINUTE },
  );
}

/** "Show me what it printed in the last ten minutes." */
export function window(stage: Stage): void {
  const { nowMs } = stage;
  const lines = Array.from(
    { length: 21_600 },
    (_, index) => `step ${index} loss=${(2 / (1 + index / 900)).toFixed(4)}`,
  );
  const command = "sh -c 'i=21600; while true; do echo \"step $i\"; i=$((i+1)); sleep 1; done'";
  stage.running(
    { name: "train-window", command },
    { runningFor: 6 * HOUR, lines: spread(lines, { fromMs: nowMs - 6 * HOUR, toMs: nowMs }) },
  );
}
