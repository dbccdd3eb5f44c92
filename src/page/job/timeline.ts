import { isOver, type JobFacts, type Transition } from "../data.ts";
import { h } from "../dom.ts";
import { statusMark } from "../status.ts";
import { duration, instant } from "../words.ts";

/** What happened to a job, and how long each state took. */
export function timeline(steps: readonly Transition[], job: JobFacts): HTMLElement {
  const nowMs = Date.now();
  return h(
    "ol",
    { class: "timeline" },
    steps.map((step, index) => {
      const next = steps[index + 1];
      const isLast = next === undefined;
      const endMs = next === undefined ? nowMs : Date.parse(next.transition_time);
      const seconds = (endMs - Date.parse(step.transition_time)) / 1000;
      const lasted = isLast && isOver(step) ? "" : ` for ${duration(seconds)}${isLast ? " so far" : ""}`;
      return h(
        "li",
        {},
        statusMark({ ...step, ...(isLast && step.reason === undefined ? reasonOf(job) : {}) }),
        h("small", {}, `${instant(step.transition_time)}${lasted}`),
      );
    }),
  );
}

function reasonOf({ reason }: JobFacts): { reason?: string } {
  return reason === undefined ? {} : { reason };
}

/** What is known without the platform's own history. */
export function knownSteps(job: JobFacts): Transition[] {
  const { status, created_at, finished_at, run_time_seconds = 0 } = job;
  const created = { status: "pending", transition_time: created_at };
  if (finished_at === undefined) return [{ ...created, status }];
  const started = new Date(Date.parse(finished_at) - run_time_seconds * 1000).toISOString();
  const ran = run_time_seconds > 0 ? [{ status: "running", transition_time: started }] : [];
  return [created, ...ran, { status, transition_time: finished_at }];
}
