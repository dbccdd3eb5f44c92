import { InvalidInputError } from "../jobs/invalid-input.ts";
import { parseMoment } from "../jobs/time/moments.ts";
import { numbered, type Prompt, quote, type Step } from "./define-prompt.ts";

const DEFAULT_SINCE = "1d";

const steps = (since: string): Step[] => [
  [
    ["job_list"],
    `Call job_list with ended_since: ${since}, limit: 100 (follow next_cursor): what ended, also of jobs created before, how, and what it cost. What is still active is attached.`,
  ],
  [["job_status"], "Call job_status for all that failed, in one call, and group them by cause."],
  [["job_logs"], "Where a cause is still unclear, call job_logs for those jobs, in one call."],
  [
    ["job_telemetry"],
    "For jobs that have run longest, call job_telemetry: name the ones that idle and what they cost.",
  ],
  [["job_capacity"], "Call job_capacity if jobs wait: is there room elsewhere?"],
];

export const dailyReport: Prompt = {
  name: "daily-report",
  title: "Report on the day's jobs",
  description: "What ran, what failed and why, what still runs and what it costs, in the selected project.",
  needs: ["job_list"],
  arguments: [
    {
      name: "since",
      example: "1d",
      description: "From when on: ISO time, yesterday, or an age such as 1d; default 1d",
      required: false,
      suggests: "since",
    },
  ],
  compose({ since = DEFAULT_SINCE }, { tools }) {
    requireMoment(since);
    const from = quote(since);
    return [
      { say: `Report on the jobs of the selected project since ${from}. What is active now is attached.` },
      { attach: "apolo://context" },
      { attach: "apolo://jobs" },
      {
        say: `Steps:\n${numbered(steps(from), tools)}\n\nAnswer on one page: counts per outcome; failures grouped by cause; what still runs, since when and at what price per hour; what it all cost; at most three things to do. Give times in UTC. Change nothing.`,
      },
    ];
  },
};

function requireMoment(since: string): void {
  try {
    parseMoment(since, { nowMs: Date.now() });
  } catch (cause) {
    throw cause instanceof InvalidInputError
      ? new InvalidInputError(`since: ${cause.message}`, { argument: "since", cause })
      : cause;
  }
}
