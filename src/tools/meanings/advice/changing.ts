import { type Advice, isLength, isText, lengthOf } from "./values.ts";

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
