type Args = Readonly<Record<string, unknown>>;

/** A word that means something here, but not with the same value: what to say instead. */
export interface Advice {
  words: string;
  of: readonly string[];
  says: string;
  /** Arguments that would pass, made of what came; nothing where that cannot be told. */
  call?: (value: unknown, word: string) => Args | undefined;
  /** The tool that the call is for, if it is another one. */
  tool?: string;
}

const STARTING = ["job_start", "job_rerun"];
const NAMING = ["job_status", "job_logs", "job_wait", "job_exec", "job_kill", "job_start"];
const HARDWARE = "hardware comes with a preset: choose one that has room with";

/** Those with a danger in them come first. */
export const ADVICE: readonly Advice[] = [
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
    words: "gpu gpus num_gpus gpu_count",
    of: STARTING,
    says: HARDWARE,
    call: (value) =>
      isText(value) && /[a-z]\d|\d[a-z]/i.test(value) ? { gpu_model: value } : { gpu: !isNone(value) },
    tool: "job_capacity",
  },
  {
    words: "gpu_type gpu_model gpu_name accelerator accelerators",
    of: STARTING,
    says: HARDWARE,
    call: (value) => (isText(value) ? { gpu_model: value } : { gpu: true }),
    tool: "job_capacity",
  },
  {
    words: "cpu cpus cores num_cpus cpu_limit",
    of: STARTING,
    says: HARDWARE,
    call: (value) => ({ min_cpu: numberIn(value) ?? 1 }),
    tool: "job_capacity",
  },
  {
    words: "memory mem ram memory_gb memory_gib memory_mb memory_limit",
    of: STARTING,
    says: HARDWARE,
    call: (value) => ({ min_memory_gib: gibIn(value) ?? 16 }),
    tool: "job_capacity",
  },
  {
    words: "resources machine instance node_type size",
    of: STARTING,
    says: HARDWARE,
    call: () => ({ available_only: true }),
    tool: "job_capacity",
  },
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
    words: "script script_path file entry code",
    of: [...STARTING, "job_exec"],
    says: "it is given as command, shell text that runs inside the job: files of this machine are not there",
    call: () => ({ command: "python train.py" }),
  },
  {
    words: "files upload copy local_path local_file local_dir input_files source_dir",
    of: ["job_start"],
    says: "no file of this machine comes along: mount storage by volumes, or write a small file in the command",
    call: () => ({ volumes: ["storage:data:/mnt"] }),
  },
  {
    words: "args arguments argv",
    of: STARTING,
    says: "they are a part of command",
    call: () => ({ command: "python train.py --lr 0.1" }),
  },
  {
    words: "args arguments",
    of: ["job_exec"],
    says: "they are a part of command, or argv with the program first",
    call: () => ({ argv: ["ls", "-l"] }),
  },
  {
    words: "timeout timeout_seconds max_time duration runtime time days hours minutes run_for",
    of: STARTING,
    says: "life_span ends the job after so long; schedule_timeout is how long it may wait for its machine",
    call: (value, word) => ({ life_span: lengthOf(value, word) ?? "6h" }),
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
  {
    words: "background detach detached async daemon d rm",
    of: STARTING,
    says: "leave it out: a job always runs on by itself",
  },
  {
    words: "wait wait_for_running wait_until_running",
    of: ["job_start"],
    says: "wait_seconds waits until it runs",
    call: () => ({ wait_seconds: 30 }),
  },
  {
    words: "restart retry retries max_retries restarts backoff_limit",
    of: ["job_start"],
    says: "restart_policy says whether it is started again, without a count",
    call: () => ({ restart_policy: "on-failure" }),
  },
  {
    words: "ports expose publish http expose_port",
    of: ["job_start"],
    says: "one port is published, over HTTP",
    call: (value) => ({ http_port: numberIn(value) ?? 8080 }),
  },
  {
    words: "secrets secret",
    of: ["job_start"],
    says: "a secret of the project is passed by its name",
    call: () => ({ secret_env: { TOKEN: "secret:hf" } }),
  },
  {
    words: "storage disk disks dataset data mount_path",
    of: ["job_start"],
    says: "storage and disks are mounted by volumes",
    call: () => ({ volumes: ["storage:data:/mnt"] }),
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

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "" && value.length <= 80;
}

function isLength(value: unknown): value is string {
  return isText(value) && /^\d+(?:\.\d+)?[smhd]$/.test(value);
}

function isNone(value: unknown): boolean {
  return value === 0 || value === "0" || value === false || value === "none";
}

/** A length of time, also as `hours: 2`. */
function lengthOf(value: unknown, word: string): string | undefined {
  if (isLength(value)) return value;
  const [unit = ""] = word;
  const isCount = /^\d{1,6}$/.test(String(value)) && /^(?:days|hours|minutes|seconds)$/.test(word);
  return isCount ? `${String(value)}${unit}` : undefined;
}

/** The first number in what came: 8080 of `["8080:80"]`. */
function numberIn(value: unknown): number | undefined {
  const [digits] = /\d+(?:\.\d+)?/.exec(String(value)) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** `32`, `"32Gi"` and `"32GB"` are 32, `"512M"` a half. */
function gibIn(value: unknown): number | undefined {
  const number = numberIn(value);
  return number !== undefined && /\dM/i.test(String(value)) ? number / 1024 : number;
}
