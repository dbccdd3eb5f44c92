import { numbered, type Prompt, quote, type Step } from "./define-prompt.ts";

const GOALS = [
  "train a model on one GPU and keep the checkpoints",
  "run a batch script on stored data",
  "serve a model over HTTP",
  "open a notebook for two hours",
];

const STEPS: Step[] = [
  [
    [],
    "Ask for what cannot be guessed: image, command, data, and how long it may run. Take the rest from the goal.",
  ],
  [
    ["job_capacity"],
    "Pick the cheapest preset above that fits and has room; call job_capacity if the list is not fresh. An available of 0 means waiting.",
  ],
  [
    ["job_start"],
    "Call job_start with dry_run: true, a life_span and a name. Read the resolved image, mounts, price and worst-case cost; fix what would be refused.",
  ],
  [[], "Show the plan and its worst-case cost, and wait for a yes."],
  [
    ["job_start"],
    "Call job_start with the same arguments, without dry_run, with a request_id and wait_seconds: 30. If the answer is lost, call again with the same request_id: it never starts twice.",
  ],
  [["job_wait"], "Until it runs, call job_wait with until: running, as often as it says finished: false."],
  [
    ["job_logs"],
    "Show its first output with job_logs. If it fails at once, say why before trying anything again.",
  ],
];

export const launchJob: Prompt = {
  name: "launch-job",
  title: "Start a job",
  description: "From a goal to a checked plan with its price, and after a yes to a running job.",
  needs: ["job_start"],
  arguments: [
    {
      name: "goal",
      example: "train a model on one GPU",
      description: "What the job is for, in plain words, e.g. train a model on one GPU",
      required: true,
      suggests: GOALS,
    },
    {
      name: "preset",
      example: "cpu-small",
      description: "Preset to run on, if it is decided",
      required: false,
      suggests: "preset",
    },
  ],
  compose({ goal = "", preset }, { tools }) {
    const decided = preset === undefined ? "" : ` It is to run on the preset ${quote(preset)}.`;
    return [
      { say: `Start a job on the Apolo platform for this goal: ${quote(goal)}.${decided}` },
      { attach: "apolo://context" },
      { attach: "apolo://presets" },
      { say: `Steps:\n${numbered(STEPS, tools)}` },
    ];
  },
};
