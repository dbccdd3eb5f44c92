import { cleanUp } from "./clean-up.ts";
import { compareSweep } from "./compare-sweep.ts";
import { dailyReport } from "./daily-report.ts";
import type { Prompt } from "./define-prompt.ts";
import { diagnoseJob } from "./diagnose-job.ts";
import { launchJob } from "./launch-job.ts";

const prompts: Prompt[] = [diagnoseJob, launchJob, compareSweep, dailyReport, cleanUp];

/** The prompts that make sense with the tools offered. */
export function offeredPrompts(tools: ReadonlySet<string>): Prompt[] {
  return prompts.filter(({ needs }) => needs.every((tool) => tools.has(tool)));
}
