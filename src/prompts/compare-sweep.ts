import { numbered, type Prompt, quote, type Step } from "./define-prompt.ts";

const METRICS = ["loss", "val_loss", "accuracy", "val_accuracy", "f1", "bleu", "perplexity", "throughput"];

const STEPS: Step[] = [
  [
    ["job_compare"],
    "If no metric was named, pick the one of the answer that says best how good a job is; ask if in doubt.",
  ],
  [["job_logs"], "Check a value that looks wrong in the log that it came from."],
  [["job_status"], "Call job_status for those that failed, all in one call, for their causes."],
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
  needs: ["job_compare"],
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
    const call = { tags: [tag], ...(metric === undefined ? {} : { metric }) };
    return [
      {
        say: `Compare the jobs tagged ${quote(tag)}: job_compare ${JSON.stringify(call)}.\n${numbered(STEPS, tools)}\n\nAnswer with one table, best first: job, what differs, outcome, metric, run time, cost. Below it: failed jobs with their causes, jobs still running, and what to try next. Leave out no job, make up no value.`,
      },
    ];
  },
};
