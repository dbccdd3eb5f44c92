import type { StartOptions } from "../../../client/index.ts";
import { formatSpan } from "../../../jobs/time/durations.ts";

/** What is set about a start beside what a plan gives a line of its own, a few words each. */
export function startOptions(options: StartOptions | undefined, shown: (text: string) => string): string[] {
  if (options === undefined) return [];
  const {
    workingDir,
    tags = [],
    description,
    priority,
    scheduleTimeoutSeconds,
    energyScheduleName,
  } = options;
  const words: [boolean | undefined, string][] = [
    [options.tty, "tty"],
    [options.shm, "shm"],
    [workingDir !== undefined, `working_dir ${shown(workingDir ?? "")}`],
    [tags.length > 0, `tags ${shown(tags.join(", "))}`],
    [description !== undefined, `description "${shown(description ?? "")}"`],
    [priority !== undefined, `priority ${priority}`],
    [scheduleTimeoutSeconds !== undefined, `schedule_timeout ${formatSpan(scheduleTimeoutSeconds ?? 0)}`],
    [energyScheduleName !== undefined, `energy_schedule ${shown(energyScheduleName ?? "")}`],
    [options.privileged, "privileged"],
    [options.waitForJobsQuota, "wait_for_quota"],
  ];
  return words.filter(([isSet]) => isSet === true).map(([, text]) => text);
}
