import { connect } from "node:net";
import type { JobStatus, Platform, ProcessStream, StartOptions } from "../../../src/client/index.ts";
import { argsOf, type WireCase } from "./case.ts";
import { bool, list, num, record, str, uriTriple } from "./values.ts";

/** Makes the recorded call through the client and gives its result in the recording's terms. */
export async function perform(platform: Platform, wireCase: WireCase): Promise<unknown> {
  const { method } = argsOf(wireCase);
  const act = METHODS[method];
  if (act === undefined) throw new Error(`No mapping for method "${wireCase.call.method}".`);
  return act(platform, wireCase);
}

type Act = (platform: Platform, wireCase: WireCase) => Promise<unknown>;

const kill: Act = async ({ jobs }, wireCase) => jobs.kill(idOf(wireCase));
const signal: Act = async ({ jobs }, wireCase) => jobs.sendSignal(idOf(wireCase), whereOf(wireCase));
const capacity: Act = ({ jobs }, wireCase) => jobs.getCapacity(whereOf(wireCase));
const bump: Act = async ({ jobs }, wireCase) => jobs.bumpLifeSpan(idOf(wireCase), secondsOf(wireCase));

const list_: Act = async ({ jobs }, wireCase) => {
  const { args } = argsOf(wireCase);
  const found: string[] = [];
  const filter = {
    // The recording holds the platform's own words.
    statuses: list(args.statuses) as JobStatus[] | undefined,
    name: str(args.name),
    tags: list(args.tags),
    owners: list(args.owners),
    since: str(args.since),
    until: str(args.until),
    reverse: bool(args.reverse),
    limit: num(args.limit),
    cluster: str(args.cluster_name ?? args.cluster),
    orgs: list(args.org_names ?? args.orgs),
    projects: list(args.project_names ?? args.projects),
    materialized: flag(args.materialized ?? args._materialized),
    beingDropped: flag(args.being_dropped ?? args._being_dropped),
    logsRemoved: flag(args.logs_removed ?? args._logs_removed),
  };
  for await (const job of jobs.list(filter)) found.push(job.id);
  return found;
};

const start: Act = ({ jobs }, wireCase) => {
  const { args } = argsOf(wireCase);
  return jobs.start({
    ...containerOptions(args),
    ...jobOptions(args, whereOf(wireCase)),
    preset: str(args.preset_name ?? args.preset),
    shm: bool(args.shm),
  });
};

const run: Act = ({ jobs }, wireCase) => {
  const { args } = argsOf(wireCase);
  const container = record(args.container) ?? args;
  const resources = record(container.resources) ?? {};
  const tpu = record(resources.tpu) ?? {};
  return jobs.run({
    ...containerOptions(container),
    ...jobOptions(args, whereOf(wireCase)),
    schedulerEnabled: bool(args.scheduler_enabled),
    resources: {
      ...Object.fromEntries(
        Object.entries(resources).filter(([key, value]) => key !== "tpu" && value !== null),
      ),
      ...(tpu.type === undefined
        ? {}
        : { tpu_type: str(tpu.type), tpu_software_version: str(tpu.software_version) }),
      memory: num(resources.memory) ?? (num(resources.memory_mb) ?? 0) * 2 ** 20,
      cpu: num(resources.cpu) ?? 0,
      shm: bool(resources.shm) ?? true,
    },
  });
};

const monitor: Act = async ({ jobs }, wireCase) => {
  const { args } = argsOf(wireCase);
  const chunks: Uint8Array[] = [];
  const options = {
    since: str(args.since),
    timestamps: bool(args.timestamps),
    separator: str(args.separator),
    debug: bool(args.debug),
    where: whereOf(wireCase),
  };
  for await (const chunk of jobs.monitor(idOf(wireCase), options)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return record(wireCase.result)?.hex === undefined ? bytes.toString("utf8") : { hex: bytes.toString("hex") };
};

const top: Act = async ({ jobs }, wireCase) => {
  const samples: unknown[] = [];
  for await (const sample of jobs.top(idOf(wireCase), { where: whereOf(wireCase) })) samples.push(sample);
  return samples;
};

const save: Act = async ({ jobs }, wireCase) => {
  const { args } = argsOf(wireCase);
  const image = str(args.image) ?? "";
  let last: string | undefined;
  for await (const step of jobs.save(idOf(wireCase), image, { where: whereOf(wireCase) })) last = step.kind;
  return last;
};

const exec: Act = async ({ jobs }, wireCase) => {
  const { args } = argsOf(wireCase);
  const command = str(args.cmd ?? args.command) ?? "";
  return converse(await jobs.exec(idOf(wireCase), { command, ...streamsOf(wireCase) }), wireCase);
};

const attach: Act = async ({ jobs }, wireCase) =>
  converse(await jobs.attach(idOf(wireCase), streamsOf(wireCase)), wireCase);

const portForward: Act = async ({ jobs }, wireCase) => {
  const { args, suffix } = argsOf(wireCase);
  const port = num(args.port ?? args.job_port ?? args.container_port) ?? Number(suffix);
  const failures: unknown[] = [];
  const onError = (error: unknown) => failures.push(error);
  const forward = await jobs.portForward(idOf(wireCase), { port, onError, where: whereOf(wireCase) });
  try {
    const local = connect(forward.localPort, "127.0.0.1");
    for (const { hex = "" } of framesOf(wireCase)) local.write(Buffer.from(hex, "hex"));
    const chunks: Buffer[] = [];
    for await (const chunk of local) chunks.push(chunk as Buffer);
    if (failures.length > 0) throw failures[0];
    return { hex: Buffer.concat(chunks).toString("hex") };
  } finally {
    await forward.close();
  }
};

const status: Act = ({ jobs }, wireCase) => jobs.get(idOf(wireCase));

const METHODS: Record<string, Act> = {
  start,
  run,
  list: list_,
  status,
  kill,
  send_signal: signal,
  signal,
  bump,
  bump_life_span: bump,
  capacity,
  get_capacity: capacity,
  monitor,
  logs: monitor,
  exec,
  attach,
  top,
  save,
  port_forward: portForward,
};

/** Sends the recorded input, and reads as far as the recorded result goes. */
async function converse(running: ProcessStream, wireCase: WireCase): Promise<unknown> {
  const read: unknown[] = [];
  const onlyOne = record(wireCase.result)?.fileno !== undefined;
  for (const { hex = "" } of framesOf(wireCase)) {
    const [channel = 0, ...payload] = Buffer.from(hex, "hex");
    if (channel === 4) await running.resize(JSON.parse(Buffer.from(payload).toString("utf8")));
    else await running.writeIn(Uint8Array.from(payload));
  }
  for await (const { fileno, data } of running.output) {
    const message = { fileno, data: { hex: Buffer.from(data).toString("hex") } };
    if (onlyOne) return message;
    read.push(message);
  }
  const exit_code = await running.exit;
  return exit_code === undefined ? [...read, null] : [...read, { exit_code }];
}

function containerOptions(args: Record<string, unknown>) {
  const http = typeof args.http === "number" ? { port: args.http } : record(args.http);
  return {
    image: str(args.image) ?? "",
    entrypoint: str(args.entrypoint),
    command: str(args.command),
    workingDir: str(args.working_dir),
    http: http && { port: num(http.port) ?? -1, requiresAuth: bool(http.requires_auth) },
    env: envOf(args.env),
    secretEnv: record(args.secret_env) as Record<string, string> | undefined,
    volumes: [args.volumes, args.secret_files, args.disk_volumes].flatMap((given) =>
      Array.isArray(given) ? given.map(uriTriple) : [],
    ),
    tty: bool(args.tty),
  };
}

/** Recorded as a map, or as a list of `NAME=VALUE` in which a bare `NAME` stands for the host's variable. */
function envOf(recorded: unknown): Record<string, string> | undefined {
  const entries = list(recorded)?.map((text) => {
    const [name = "", ...value] = text.split("=");
    return [name, value.length === 0 ? (process.env[name] ?? "") : value.join("=")];
  });
  if (entries !== undefined) return Object.fromEntries(entries);
  return record(recorded) as Record<string, string> | undefined;
}

function jobOptions(args: Record<string, unknown>, where: ReturnType<typeof whereOf>) {
  return {
    name: str(args.name),
    tags: list(args.tags),
    description: str(args.description),
    passConfig: bool(args.pass_config),
    waitForJobsQuota: bool(args.wait_for_jobs_quota),
    scheduleTimeoutSeconds: num(args.schedule_timeout),
    // The recording holds the platform's own words.
    restartPolicy: str(args.restart_policy) as StartOptions["restartPolicy"],
    lifeSpanSeconds: num(args.life_span),
    privileged: bool(args.privileged),
    priority: str(args.priority)?.toLowerCase() as StartOptions["priority"],
    energyScheduleName: str(args.energy_schedule_name),
    where,
  };
}

function whereOf(wireCase: WireCase) {
  const { args } = argsOf(wireCase);
  return { cluster: str(args.cluster_name), org: str(args.org_name), project: str(args.project_name) };
}

function streamsOf(wireCase: WireCase) {
  const { args } = argsOf(wireCase);
  return {
    tty: bool(args.tty),
    stdin: bool(args.stdin),
    stdout: bool(args.stdout),
    stderr: bool(args.stderr),
    where: whereOf(wireCase),
  };
}

function framesOf({ requests }: WireCase) {
  return requests[0]?.frames ?? [];
}

function idOf(wireCase: WireCase): string {
  const { args } = argsOf(wireCase);
  return str(args.id ?? args.job_id) ?? "";
}

function secondsOf(wireCase: WireCase): number {
  const { args, suffix } = argsOf(wireCase);
  return num(args.additional_life_span ?? args.life_span ?? args.seconds) ?? Number(suffix);
}

function flag(value: unknown): boolean | null | undefined {
  return value === null ? null : bool(value);
}
