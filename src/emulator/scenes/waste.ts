import { DAY, HOUR, MINUTE, OOM_KILLED, type Stage } from "./stage.ts";
import { week } from "./week.ts";

const SLEEP = "sleep 604800";

/** "Is anything wasting money?": the week, and beside it GPUs that nobody uses, and work that came to nothing. */
export function waste(stage: Stage): void {
  week(stage);
  const busy = { EMULATED_GPU_PERCENT: "87" };
  const idle = { EMULATED_GPU_PERCENT: "1" };
  const notebook = {
    name: "notebook-vit",
    preset: "a100",
    tags: ["interactive"],
    maxRunTimeMinutes: undefined,
  };
  stage.running({ ...notebook, command: SLEEP, env: idle }, 26 * HOUR);
  const bobs = {
    owner: "bob",
    project: "nlp",
    name: "tune-base",
    preset: "h100-x4",
    maxRunTimeMinutes: 2880,
  };
  stage.running({ ...bobs, command: SLEEP, env: idle, tags: ["llm"] }, 9 * HOUR);
  const carols = { owner: "carol", org: "research", project: "lab", name: "dream", preset: "h100-x4" };
  stage.running({ ...carols, command: SLEEP, env: idle }, 40 * MINUTE);
  stage.running({ name: "train-vit", preset: "a100", command: SLEEP, env: busy, tags: ["train"] }, 2 * HOUR);
  lost(stage);
}

/** Long work on dear presets, ended before it was done. */
function lost(stage: Stage): void {
  const pretrain = { owner: "bob", project: "nlp", name: "pretrain", preset: "h100-x4", tags: ["llm"] };
  stage.past(pretrain, { createdAgo: 3 * DAY, queuedMs: 5 * HOUR, lastedMs: 25 * HOUR, end: OOM_KILLED });
  const end = { status: "cancelled", reason: "LifeSpanEnded" } as const;
  for (const day of [2, 4, 6]) {
    const casting = { name: `train-epic-${day}`, preset: "a100", tags: ["train"], maxRunTimeMinutes: 720 };
    stage.past(casting, { createdAgo: day * DAY, queuedMs: MINUTE, lastedMs: 12 * HOUR + MINUTE, end });
  }
}
