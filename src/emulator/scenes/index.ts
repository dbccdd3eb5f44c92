import type { ApiContext } from "../context.ts";
import { metrics } from "./metrics.ts";
import { openRandom } from "./random.ts";
import { DAY, failed, HOUR, MINUTE, neverRan, OOM_KILLED, Stage, SUCCEEDED } from "./stage.ts";
import { waste } from "./waste.ts";
import { week } from "./week.ts";
import { traceback, trainingText, withRate } from "./work.ts";

/** A week of work, and small situations, each for one question that people ask. */
const SCENES: Record<string, (stage: Stage) => void> = {
  week,
  metrics,
  waste,
  /** "My job train-7b is stuck pending, why?" */
  stuck(stage) {
    const image = "ghcr.io/acme/does-not-exist:latest";
    stage.pending({ name: "train-7b", image, preset: "a100" }, 12 * MINUTE, { reason: "ErrImagePull" });
  },

  /** "Why didn't it start?": four jobs run, and four is the limit. */
  quota(stage) {
    stage.quota("alice", 4);
    for (const index of [1, 2, 3, 4])
      stage.running({ name: `train-${index}`, command: "sleep 86400", tags: ["train"] }, index * HOUR);
    const hold = { reason: "QuotaExhausted", description: "The running jobs quota is used up" };
    stage.pending({ name: "train-5", tags: ["train"] }, 5 * MINUTE, hold);
  },

  /** "Which of the sweep failed?": twenty jobs, three failed with distinct causes, among others' jobs. */
  sweep(stage) {
    for (let index = 0; index < 20; index += 1) {
      const rate = `1e-${(index % 5) + 1}`;
      const casting = {
        name: `lr-sweep-${index}`,
        tags: ["lr-sweep"],
        command: `python train.py --lr ${rate}`,
      };
      const usual = { createdAgo: 2 * HOUR - index * 2000, queuedMs: 5000, lastedMs: 10 * MINUTE };
      if (index === 4) {
        const lines = traceback("ValueError: learning rate 0.1 diverged at step 312");
        stage.past(casting, { ...usual, end: failed(1, lines.join("\n")), lines });
      } else if (index === 11)
        stage.past({ ...casting, command: "python train.py --batch 4096" }, { ...usual, end: OOM_KILLED });
      else if (index === 17) {
        const image = "ghcr.io/acme/trainer:v9-missing";
        const end = neverRan("Collected", `Image '${image}' can not be pulled`);
        stage.past({ ...casting, image }, { createdAgo: usual.createdAgo, lastedMs: MINUTE, end });
      } else
        stage.past(casting, {
          ...usual,
          end: SUCCEEDED,
          lines: withRate(trainingText(stage.random, 5), rate),
        });
    }
  },

  /** "Find the job that was OOM-killed yesterday": two were, one of them mine. */
  oom(stage) {
    const { random } = stage;
    for (let index = 0; index < 198; index += 1) {
      const createdAgo = random.between(HOUR * 3, 7 * DAY);
      const owner = random.pick(["alice", "bob"]);
      const end = random.chance(0.9) ? SUCCEEDED : failed(1);
      const command = `python batch.py --part ${index}`;
      stage.past({ owner, tags: ["batch"], command }, { createdAgo, queuedMs: 4000, lastedMs: HOUR, end });
    }
    const killed = { queuedMs: 4000, lastedMs: 40 * MINUTE, end: OOM_KILLED };
    const embed = { name: "embed-all", preset: "cpu-medium", command: "python embed.py --all" };
    stage.past(embed, { createdAgo: DAY, ...killed });
    stage.past({ owner: "bob", name: "join-tables" }, { createdAgo: DAY + HOUR, ...killed });
  },

  /** "Why did prep fail?": 137 without the reason that would say it. */
  prep(stage) {
    const lines = ["reading 64 shards", "merging shard 41 of 64", "Killed"];
    const end = failed(137, lines.join("\n"));
    const past = { createdAgo: 3 * HOUR, queuedMs: 4000, lastedMs: HOUR, end, lines };
    stage.past({ name: "prep", command: "bash prep.sh", preset: "cpu-medium" }, past);
  },

  /** "Tail the log until you see epoch 3": it comes after 25 seconds. */
  epochs(stage) {
    const command = "sh -c 'for i in 1 2 3 4 5 6 7 8 9; do sleep 8; echo \"epoch $i done\"; done'";
    stage.running({ name: "train-epochs", command }, 1000);
  },

  /** "Kill everything I started with tag tmp": twelve of mine, three of others. */
  tmp(stage) {
    for (let index = 0; index < 15; index += 1) {
      const owner = index < 12 ? "alice" : "bob";
      const casting = { owner, name: `tmp-${index}`, command: "sleep 86400", tags: ["tmp"] };
      stage.running(casting, (index + 1) * MINUTE);
    }
  },

  /** "It will be killed soon, give it six more hours." */
  midnight(stage) {
    const casting = { name: "train-long", command: "sleep 86400", maxRunTimeMinutes: 600 };
    stage.running(casting, 9 * HOUR + 40 * MINUTE);
  },

  /** "Show me what it printed in the last ten minutes." */
  window(stage) {
    const loss = (index: number) => (2 / (1 + index / 900)).toFixed(4);
    const lines = Array.from({ length: 21_600 }, (_, index) => `step ${index} loss=${loss(index)}`);
    const command = "sh -c 'i=21600; while true; do echo \"step $i\"; i=$((i+1)); sleep 1; done'";
    stage.running({ name: "train-window", command }, 6 * HOUR, lines);
  },
};

const SEED = 20_260_417;

/** @throws {Error} that lists the scenes if there is none of that name. */
export function checkScene(name: string): void {
  if (!Object.hasOwn(SCENES, name))
    throw new Error(`There is no scene ${name}; the scenes are ${Object.keys(SCENES).join(", ")}.`);
}

/** Fills the platform with a scene: always the same jobs, relative to now. A platform with jobs is left alone. */
export function playScene(name: string, context: ApiContext): void {
  checkScene(name);
  if (context.table.size > 0) return;
  const stage = new Stage(context, openRandom(SEED));
  SCENES[name]?.(stage);
  stage.open();
}
