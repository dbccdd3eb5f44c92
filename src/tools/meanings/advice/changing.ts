import { type Advice, isLength, isText, lengthOf, numberIn } from "./values.ts";

export const CHANGING: readonly Advice[] = [
  {
    words: "life_span lifespan duration time total end ends_at until deadline",
    of: ["job_extend"],
    says: "two things could be meant. by adds to the life span: give the time to add. For another total or end, take what job_status shows and add the difference",
    call: (value) => (isLength(value) ? { by: value } : undefined),
  },
  {
    words: "name",
    of: ["job_kill"],
    says: "jobs ends those with exactly these names; name_pattern lists those whose names fit, and ends none",
    call: (value) =>
      typeof value !== "string"
        ? undefined
        : value.includes("*")
          ? { name_pattern: value }
          : { jobs: [value] },
  },
  {
    words: "pattern glob filter regex match prefix",
    of: ["job_kill"],
    says: "name_pattern selects by name, with * for any text; it lists them and ends none",
    call: (value) =>
      isText(value) ? { name_pattern: value.includes("*") ? value : `${value}*` } : undefined,
  },
  {
    words: "all everything",
    of: ["job_kill"],
    says: "say which: the user's jobs that are active are listed, not ended, by status",
    call: () => ({ status: ["active"] }),
  },
  {
    words: "graceful gracefully gentle gently soft signal sig sigterm term grace grace_period grace_seconds",
    of: ["job_kill"],
    says: "job_kill ends jobs at once; one that has to save its work is asked to end by",
    call: () => ({ signal: "TERM" }),
    tool: "job_signal",
  },
  {
    words: "dry_run dryrun preview plan_only list_only",
    of: ["job_kill"],
    says: "jobs are ended at once where they are named; by tags, name_pattern or status they are only listed",
    call: () => ({ status: ["active"] }),
  },
  {
    words: "owner user older_than newer_than since before until age idle except exclude preset text",
    of: ["job_kill"],
    says: "find them first, then name in jobs those that the user wants to end:",
    call: (value, word) => findingCall(value, word),
    tool: "job_list",
  },
  {
    words: "force yes confirm confirmed grace_period reason",
    of: ["job_kill", "job_signal", "job_save"],
    says: "leave it out: nothing is asked for beyond the job",
  },
  {
    // Where the tool can write, these are arguments of it.
    words: "content existing",
    of: ["job_files"],
    says: "this server's mode lets job_files read only: nothing was written",
  },
  {
    words: "tail head lines n last first grep pattern search recursive depth glob find",
    of: ["job_files"],
    says: "lines and names are picked by a command in the job:",
    call: (value, word) => ({ command: pickingCommand(value, word) }),
    tool: "job_exec",
  },
  {
    words: "delete remove rm unlink move mv rename copy cp mkdir chmod action operation op",
    of: ["job_files"],
    says: "files are listed, read and written here; a command of job_exec deletes, moves and copies them in the job",
  },
  {
    words:
      "source src from local local_path remote remote_path destination dest dst to target upload download",
    of: ["job_files"],
    says: "path is a file in the job: content is written to it, and save_to saves it on this machine",
  },
  {
    words: "encoding binary as_base64",
    of: ["job_files"],
    says: "bytes that are no text come and go as base64",
    call: () => ({ base64: true }),
  },
  {
    words: "pid process process_id",
    of: ["job_signal"],
    says: "leave it out: the job's own process is signalled; another one by kill in a command of job_exec",
  },
  {
    words: "env environment envs env_vars variables",
    of: ["job_exec"],
    says: "a variable is set in the command",
    call: () => ({ command: "LR=0.1 python eval.py" }),
  },
  {
    words: "user uid run_as as_root sudo",
    of: ["job_exec"],
    says: "leave it out: a command runs as the user of the job's image",
  },
  {
    words: "append overwrite force mode",
    of: ["job_files"],
    says: "existing says what to do with a file that is there",
    call: (_, word) => ({ existing: word === "append" ? word : "overwrite" }),
  },
  {
    words: "confirm confirmed yes start execute apply",
    of: ["job_rerun"],
    says: "what was planned is started by dry_run: false",
    call: (value) => (value === true ? { dry_run: false } : undefined),
  },
  {
    words: "name",
    of: ["job_signal", "job_save"],
    says: "job is the job's name",
    call: (value) => (isText(value) ? { job: value } : undefined),
  },
  {
    words: "args arguments",
    of: ["job_exec"],
    says: "they are a part of command, or argv with the program first",
    call: () => ({ argv: ["ls", "-l"] }),
  },
  {
    words: "hours minutes seconds days",
    of: ["job_extend"],
    says: "the time to add is given with its unit",
    call: (value, word) => ({ by: lengthOf(value, word) ?? "6h" }),
  },
  {
    words: "background detach detached async daemon nohup",
    of: ["job_exec"],
    says: "start it in the background by the command itself, and read its file later",
    call: () => ({ command: "nohup python eval.py > /tmp/eval.log 2>&1 &" }),
  },
];

const FOUND_BY = { owner: "owner", user: "owner", since: "since", newer_than: "since" } as const;

/** The selection that job_list has for a word of job_kill's. */
function findingCall(value: unknown, word: string): Record<string, unknown> {
  const status = ["active"];
  if (!isText(value)) return { status };
  if (word === "preset" || word === "text") return { [word]: value, status };
  const by = Object.entries(FOUND_BY).find(([name]) => name === word)?.[1];
  if (by === "owner" || (by === "since" && isLength(value))) return { [by]: value, status };
  return isLength(value) && /^(?:older_than|before|until|age)$/.test(word)
    ? { until: value, status }
    : { status };
}

function pickingCommand(value: unknown, word: string): string {
  if (/^(?:grep|pattern|search)$/.test(word)) return "grep -n error /out/log.txt";
  if (/^(?:recursive|depth|glob|find)$/.test(word)) return "find /out -name '*.pt'";
  const program = /^(?:head|first)$/.test(word) ? "head" : "tail";
  return `${program} -n ${numberIn(value) ?? 100} /out/log.txt`;
}
