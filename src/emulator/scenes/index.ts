import type { ApiContext } from "../context.ts";
import { openRandom } from "./random.ts";
import { Stage } from "./stage.ts";
import { epochs, midnight, oom, prep, quota, stuck, sweep, tmp, window } from "./tasks.ts";
import { week } from "./week.ts";

const SCENES: Record<string, (stage: Stage) => void> = {
  week,
  stuck,
  quota,
  sweep,
  oom,
  prep,
  epochs,
  tmp,
  midnight,
  window,
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
