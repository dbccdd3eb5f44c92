import { type Advice, gibIn, isText, lengthOf, numberIn } from "./values.ts";

const NAMING = ["job_status", "job_logs", "job_wait", "job_exec", "job_kill", "job_start"];

export const READING: readonly Advice[] = [
  {
    words: "memory mem ram memory_gb min_memory min_memory_gb",
    of: ["job_capacity"],
    says: "memory is given in GiB",
    call: (value) => ({ min_memory_gib: gibIn(value) ?? 16 }),
  },
  {
    words: "stream stderr stdout std",
    of: ["job_logs"],
    says: "a log has both streams; new lines come by wait_seconds, then by the cursor of the answer",
    call: () => ({ wait_seconds: 45 }),
  },
  {
    words: "all full everything complete whole",
    of: ["job_logs"],
    says: "a long log is read in pages, from its start",
    call: () => ({ from: "start", lines: 5000 }),
  },
  {
    words: "page offset skip",
    of: ["job_logs"],
    says: "other lines come by cursor: call with that of the answer before",
  },
  {
    words: "exclude ignore without not inverse inverted grep_v",
    of: ["job_logs"],
    says: "lines without a text come by invert",
    call: (value) => ({ grep: isText(value) ? value : "DEBUG", invert: true }),
  },
  {
    words: "bytes max_bytes max_chars max_tokens max_size truncate size",
    of: ["job_logs"],
    says: "lines says how many; long answers are shortened anyway",
    call: () => ({ lines: 100 }),
  },
  {
    words: "tags tag label labels owner name_pattern text",
    of: ["job_wait", "job_status", "job_extend", "job_signal"],
    says: "jobs are named one by one; their names are found by",
    call(value, word) {
      const given = [value].flat();
      return /^(?:tag|label)/.test(word) && given.every(isText) ? { tags: given } : { status: ["active"] };
    },
    tool: "job_list",
  },
  {
    words: "any all mode require wait_all first_only",
    of: ["job_wait"],
    says: "leave it out: it waits for all, and with a pattern for the first line of any",
  },
  {
    words: "poll poll_interval poll_seconds interval every",
    of: ["job_wait"],
    says: "leave it out: it looks by itself",
  },
  {
    words:
      "week month day days hours weeks period range window timeframe time duration interval from_date start_date",
    of: ["job_report"],
    says: "since says from when, until to when",
    call: (value, word) => ({ since: lengthOf(value, word) ?? (word === "month" ? "30d" : "7d") }),
  },
  {
    words: "owner user users preset tag tags job jobs name status group",
    of: ["job_report"],
    says: "all jobs of the projects are summed; by says in which groups",
    call: () => ({ by: ["owner"] }),
  },
  {
    words: "limit top n count format output currency",
    of: ["job_report"],
    says: "leave it out",
  },
  {
    words: "limit top n count best",
    of: ["job_compare"],
    says: "leave it out: with a metric the best come first",
  },
  {
    words: "project switch select set place workspace to cluster org organization",
    of: ["apolo_context"],
    says: "use makes a project the one of this session",
    call: (value) => (isText(value) ? { use: value } : undefined),
  },
  {
    words: "failed succeeded pending suspended cancelled finished completed done",
    of: ["job_list"],
    says: "status says which",
    call: (_, word) => ({ status: [/^(?:completed|done)$/.test(word) ? "finished" : word] }),
  },
  {
    words: "exit_code reason error failure oom cause",
    of: ["job_list"],
    says: "rows of failed jobs say why; text finds a word of a reason",
    call: (value) =>
      isText(value) && numberIn(value) === undefined
        ? { status: ["failed"], text: value }
        : { status: ["failed"] },
  },
  {
    words: "follow f watch live",
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
    call: (_, word) => ({ status: [word === "active" ? word : "running"] }),
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
