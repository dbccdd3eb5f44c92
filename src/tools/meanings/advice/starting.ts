import { type Advice, gibIn, isNone, isText, lengthOf, numberIn } from "./values.ts";

const STARTING = ["job_start", "job_rerun"];
const HARDWARE = "hardware comes with a preset: choose one that has room with";

export const STARTING_ADVICE: readonly Advice[] = [
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
    words: "timeout timeout_seconds max_time duration runtime time days hours minutes run_for",
    of: STARTING,
    says: "life_span ends the job after so long; schedule_timeout is how long it may wait for its machine",
    call: (value, word) => ({ life_span: lengthOf(value, word) ?? "6h" }),
  },
  {
    words: "spot preemptible on_demand interruptible",
    of: STARTING,
    says: "a preset says whether its node may be taken away: choose one with",
    call: () => ({ available_only: true }),
    tool: "job_capacity",
  },
  {
    words: "git repo repository git_url requirements packages pip conda install setup pre_start init",
    of: STARTING,
    says: "the command does that first",
    call: () => ({ command: "pip install -r requirements.txt && python train.py" }),
  },
  {
    words: "user uid run_as_user owner",
    of: STARTING,
    says: "leave it out: a job belongs to the login, and runs as the user of its image",
  },
  {
    words: "health_check healthcheck readiness liveness probe",
    of: STARTING,
    says: "there is none: restart_policy starts again what fails",
    call: () => ({ restart_policy: "on-failure" }),
  },
  {
    words: "shm_size shared_memory ipc",
    of: ["job_start"],
    says: "shared memory has no size of its own: shm gives it all",
    call: () => ({ shm: true }),
  },
  {
    words: "env_file dotenv",
    of: STARTING,
    says: "no file of this machine is read: env takes the variables",
    call: () => ({ env: { LR: "0.1" } }),
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
];
