import type { ApiContext } from "../context.ts";
import jobs from "./jobs.json" with { type: "json" };
import { metrics } from "./metrics.ts";
import { openRandom } from "./random.ts";
import { DAY, type Entry, failed, HOUR, MINUTE, Stage, SUCCEEDED } from "./stage.ts";
import { week } from "./week.ts";
import { trainingText, withRate } from "./work.ts";

const SCENES: Record<string, (stage: Stage) => void> = {
  week,
  metrics,
  waste(stage) {
    week(stage);
    stage.play(jobs.waste);
  },
  stuck: (stage) => stage.play(jobs.stuck),
  quota(stage) {
    stage.quota("alice", 4);
    stage.play(jobs.quota);
  },
  sweep,
  oom(stage) {
    const { random } = stage;
    for (let index = 0; index < 198; index += 1) {
      const createdAgo = random.between(HOUR * 3, 7 * DAY);
      const owner = random.pick(["alice", "bob"]);
      const end = random.chance(0.9) ? SUCCEEDED : failed(1);
      const command = `python batch.py --part ${index}`;
      stage.past({ owner, tags: ["batch"], command }, { createdAgo, queuedMs: 4000, lastedMs: HOUR, end });
    }
    stage.play(jobs.oom);
  },
  prep: (stage) => stage.play(jobs.prep),
  epochs: (stage) => stage.play(jobs.epochs),
  tmp(stage) {
    const casting = { command: "sleep 86400", tags: ["tmp"] };
    for (let index = 0; index < 15; index += 1) {
      const owner = index < 12 ? "alice" : "bob";
      stage.running({ ...casting, owner, name: `tmp-${index}` }, (index + 1) * MINUTE);
    }
  },
  midnight: (stage) => stage.play(jobs.midnight),
  window(stage) {
    const loss = (index: number) => (2 / (1 + index / 900)).toFixed(4);
    const lines = Array.from({ length: 21_600 }, (_, index) => `step ${index} loss=${loss(index)}`);
    const command = "sh -c 'i=21600; while true; do echo \"step $i\"; i=$((i+1)); sleep 1; done'";
    stage.running({ name: "train-window", command }, 6 * HOUR, lines);
  },
};

const SWEEP_FAILURES: Record<number, Partial<Entry>> = jobs.sweep;

function sweep(stage: Stage): void {
  for (let index = 0; index < 20; index += 1) {
    const rate = `1e-${(index % 5) + 1}`;
    const casting = {
      name: `lr-sweep-${index}`,
      tags: ["lr-sweep"],
      command: `python train.py --lr ${rate}`,
    };
    const times = { ago: `${2 * 3600 - index * 2}s`, queued: "5s", lasted: "10m" };
    const failure = SWEEP_FAILURES[index];
    const lines = failure === undefined ? withRate(trainingText(stage.random, 5), rate) : [];
    stage.play([{ ...casting, ...times, end: SUCCEEDED, lines, ...failure }]);
  }
}

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
