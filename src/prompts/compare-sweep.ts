import { numbered, type Prompt, quote, type Step } from "./define-prompt.ts";

const METRICS = ["loss", "val_loss", "accuracy", "val_accuracy", "f1", "bleu", "perplexity", "throughput"];

const steps = (tag: string, metric: string | undefined): Step[] => [
  [["job_list"], `If the list above is cut, call job_list with tags: [${tag}] and follow next_cursor.`],
  [
    ["job_wait"],
    "If jobs of it still run, say so; call job_wait for them only if a final comparison was asked for.",
  ],
  [
    ["job_logs"],
    metric === undefined
      ? "Call job_logs with lines: 20 for the jobs that succeeded, at most 20 jobs a call; compare by the metric that all of them print last."
      : `Call job_logs with grep for ${metric} for the jobs that succeeded, at most 20 jobs a call; take the last value of each.`,
  ],
  [["job_status"], "Call job_status for the ones that failed, all in one call, for their causes."],
  [
    ["job_rerun"],
    "For those that failed for lack of memory or because of their image, offer job_rerun with the change; start nothing unasked.",
  ],
];

export const compareSweep: Prompt = {
  name: "compare-sweep",
  title: "Compare the jobs of a sweep",
  description:
    "Puts the jobs of one tag side by side: parameters, outcome, metric, time and cost; names the best.",
  needs: ["job_logs"],
  arguments: [
    {
      name: "tag",
      example: "lr-sweep",
      description: "The tag that all jobs of the sweep carry, e.g. lr-sweep",
      required: true,
      suggests: "tag",
    },
    {
      name: "metric",
      example: "val_loss",
      description: "What to compare by, as it is printed, e.g. val_loss",
      required: false,
      suggests: METRICS,
    },
  ],
  compose({ tag = "", metric }, { tools }) {
    const by = metric === undefined ? undefined : quote(metric);
    const wanted = by === undefined ? "" : ` by ${by}`;
    return [
      { say: `Compare the jobs tagged ${quote(tag)}${wanted}. They are attached.` },
      { attach: `apolo://jobs/${encodeURIComponent(tag)}` },
      {
        say: `Steps:\n${numbered(steps(quote(tag), by), tools)}\n\nAnswer with one table, best first: job, what differs in its command, outcome, metric, run time, cost. Below it: failed jobs with their causes, jobs still running, and what to try next. Leave out no job, make up no value.`,
      },
    ];
  },
};
