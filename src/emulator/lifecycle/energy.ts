import type { JobRecord } from "../state/job.ts";
import type { Cluster } from "../state/platform.ts";

/** Whether a job's energy schedule lets it run at a time (UTC). Source: protocol reference 1.7. */
export function inSchedule(job: JobRecord, cluster: Cluster | undefined, now: Date): boolean {
  if (!job.schedulerEnabled || cluster === undefined) return true;
  const schedule = cluster.energySchedules.find(({ name }) => name === (job.energyScheduleName ?? "default"));
  if (schedule === undefined) return true;
  const weekday = now.getUTCDay() === 0 ? 7 : now.getUTCDay();
  const time = now.toISOString().slice(11, 16);
  return schedule.periods.some(
    (period) => period.weekday === weekday && period.start_time <= time && time <= period.end_time,
  );
}
