import { type Advice, gibIn, isText, numberIn } from "./values.ts";

const NAMING = ["job_status", "job_logs", "job_wait", "job_exec", "job_kill", "job_start"];

export const READING: readonly Advice[] = [
  {
    words: "memory mem ram memory_gb min_memory min_memory_gb",
    of: ["job_capacity"],
    says: "memory is given in GiB",
    call: (value) => ({ min_memory_gib: gibIn(value) ?? 16 }),
  },
  {
    words: "follow stream f watch live",
    of: ["job_logs"],
    says: "new lines come by wait_seconds; then call again with the cursor of the answer",
    call: () => ({ wait_seconds: 45 }),
  },
  {
    words: "head first",
    of: ["job_logs"],
    says: "the first lines come by from: start",
    call: (value) => ({ from: "start", lines: numberIn(value) ?? 100 }),
  },
  {
    words: "level severity",
    of: ["job_logs"],
    says: "lines have no level here; look for the word",
    call: (value) => ({ grep: isText(value) ? value : "error|warn", ignore_case: true }),
  },
  {
    words: "mine me only_mine my_jobs",
    of: ["job_list"],
    says: "owner says whose",
    call: () => ({ owner: "me" }),
  },
  {
    words: "id ids job jobs job_id",
    of: ["job_list"],
    says: "single jobs are read by",
    call: (value) => (isText(value) ? { jobs: [value] } : { jobs: ["train-7b"] }),
    tool: "job_status",
  },
  {
    words: "name_pattern prefix glob pattern image command",
    of: ["job_list"],
    says: "text finds a part of a name, image or command",
    call: (value) => (isText(value) ? { text: value.replace(/[*.^$]+/g, "") } : undefined),
  },
  {
    words: "all all_projects everywhere",
    of: ["job_list"],
    says: "finished jobs are listed anyway; other projects are by projects",
    call: () => ({ projects: ["*"] }),
  },
  {
    words: "running active only_running",
    of: ["job_list"],
    says: "status says which",
    call: () => ({ status: ["active"] }),
  },
  {
    words: "page offset skip",
    of: ["job_list"],
    says: "older jobs come by cursor, the next_cursor of the answer before",
  },
  {
    words: "sort sort_by order order_by reverse",
    of: ["job_list"],
    says: "leave it out: the newest come first always",
  },
  {
    words: "cluster org organization namespace workspace",
    of: [...NAMING, "job_list", "job_rerun", "job_extend", "job_capacity"],
    says: "project names the place, with its org and cluster in front where they are others",
    call: () => ({ project: "cluster/org/project" }),
  },
  {
    words: "format output json fields verbose quiet columns wide",
    of: [...NAMING, "job_list", "job_capacity", "job_telemetry", "apolo_context"],
    says: "leave it out: answers have text and data always",
  },
];
