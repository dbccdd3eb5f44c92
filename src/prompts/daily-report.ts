import { InvalidInputError } from "../jobs/invalid-input.ts";
import { parseMoment } from "../jobs/time/moments.ts";
import { numbered, type Prompt, quote, type Step } from "./define-prompt.ts";

const DEFAULT_SINCE = "1d";

const steps = (since: string, tools: ReadonlySet<string>): Step[] => [
  tools.has("job_report")
    ? [
        ["job_report"],
        `Call job_report with since: ${since}, idle: true: what it cost, what failed and why, what waited, which GPUs idle.`,
      ]
    : [
        ["job_list"],
        `Call job_list with ended_since: ${since}, limit: 100 (follow next_cursor): how jobs ended and what they cost.`,
      ],
  [
    ["job_status", "job_logs"],
    "Call job_status for those that failed, in one call; job_logs where a cause is unclear.",
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
        say: `Steps:\n${numbered(steps(from, tools), tools)}\n\nAnswer on one page: counts per outcome; failures grouped by cause; what still runs, since when and at what price per hour; what idles and whose it is; what it all cost; at most three things to do. Give times in UTC. Change nothing.`,
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
