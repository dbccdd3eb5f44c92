import { RequestIdUsedError } from "../errors.ts";
import type { JobDescription } from "../job.ts";
import { imageToString } from "../names/images.ts";
import type { WireStartBody } from "./body.ts";

/** Variables that the platform adds for a job that gets a login. Source: protocol reference 1.5. */
const PASSED_CONFIG = new Set(["NEURO_PASSED_CONFIG", "APOLO_PASSED_CONFIG"]);
/** Begins the tags that a start adds of itself: its request, and who made it. */
const OWN_TAG = /^mcp(?:-by)?:/;

/** Whether a tag is one that only a start itself may add. */
export function isOwnTag(tag: string): boolean {
  return OWN_TAG.test(tag);
}

/** What was asked for with a request id, and by whom. */
export interface Asked {
  requestId: string;
  body: WireStartBody;
  /** What the first call sent, where this connection sent it. */
  sentBody?: WireStartBody | undefined;
  user: string;
}

/**
 * The job of an earlier start with the same request id. @throws {PlatformError} `conflict` when that was somebody
 * else's, or asked for anything else
 */
export function sameRequest(job: JobDescription, { requestId, body, sentBody, user }: Asked): JobDescription {
  requireOwner(job, { requestId, user });
  const then = { ...fieldsOf(job, body), ...sentOnly(sentBody ?? body, sentBody) };
  const now = { ...fieldsAsked(body), ...sentOnly(body, sentBody) };
  const differing = Object.keys(then).filter((key) => canonical(then[key]) !== canonical(now[key]));
  if (differing.length === 0) return job;
  throw new RequestIdUsedError(
    `request_id "${requestId}" was already used for job ${job.id} with other arguments (${differing.join(", ")}). Use a new one for a new job.`,
  );
}

/** In a shared project a request id may be somebody else's. */
export function requireOwner(job: JobDescription, { requestId, user }: Omit<Asked, "body">): void {
  if (job.owner === user) return;
  throw new RequestIdUsedError(
    `request_id "${requestId}" was already used by ${job.owner}, for job ${job.id}: use another one. Nothing was started.`,
  );
}

function fieldsOf(job: JobDescription, body: WireStartBody): WireStartBody {
  const { container } = job;
  return {
    name: job.name,
    preset_name: job.preset_name,
    description: job.description,
    image: imageToString(container.image),
    command: container.command,
    entrypoint: container.entrypoint,
    working_dir: container.working_dir,
    env: ownEnv(job),
    secret_env: mapValues(container.secret_env, plainUri),
    restart_policy: job.restart_policy === "never" ? undefined : job.restart_policy,
    max_run_time_minutes: lifeSpanThen(job, body.max_run_time_minutes),
    tags: ownless(job.tags),
    http: container.http && `${container.http.port} ${container.http.requires_auth}`,
    volumes: container.volumes
      .map((each) => mount(each.storage_uri, each.container_path, each.read_only))
      .sort(),
    secret_volumes: container.secret_files.map((each) => mount(each.secret_uri, each.container_path)).sort(),
    disk_volumes: container.disk_volumes
      .map((each) => mount(each.disk_uri, each.container_path, each.read_only))
      .sort(),
    tty: container.tty,
    shm: container.resources.shm,
    priority: job.priority,
    privileged: job.privileged,
    pass_config: job.pass_config,
    schedule_timeout: job.schedule_timeout,
    energy_schedule_name: job.energy_schedule_name === "default" ? undefined : job.energy_schedule_name,
  };
}

/** The same of a body, which the client has built: only its types are lost. */
function fieldsAsked(body: WireStartBody): WireStartBody {
  const http = Object(body.http);
  const mounts = (key: string, uriKey: string) =>
    listed(body[key])
      .map((each) => mount(each[uriKey], each.dst_path, each.read_only === true))
      .sort();
  return {
    ...body,
    secret_env: mapValues(Object(body.secret_env), plainUri),
    tags: ownless(listed<string>(body.tags)),
    http: body.http === undefined ? undefined : `${http.port} ${http.requires_auth}`,
    volumes: mounts("volumes", "src_storage_uri"),
    secret_volumes: mounts("secret_volumes", "src_secret_uri"),
    disk_volumes: mounts("disk_volumes", "src_disk_uri"),
    tty: body.tty ?? false,
    shm: Object(body.resources).shm ?? false,
    priority: body.priority ?? "normal",
    privileged: body.privileged ?? false,
  };
}

/** What a job does not tell for certain is compared with what was sent, if that is known. */
function sentOnly(body: WireStartBody, sentBody: WireStartBody | undefined): WireStartBody {
  if (sentBody === undefined) return {};
  return { wait_for_jobs_quota: body.wait_for_jobs_quota, shm: Object(body.resources).shm ?? false };
}

function listed<T = Record<string, unknown>>(value: unknown): T[] {
  return Array.isArray(value) ? value : [];
}

function ownless(tags: readonly string[]): string[] {
  return [...new Set(tags)].filter((tag) => !isOwnTag(tag)).sort();
}

/** The platform writes paths and escapes in its own way. Source: protocol reference 3.5. */
function mount(uri: unknown, path: unknown, isReadOnly = false): string {
  const normal = `/${String(path).split("/").filter(Boolean).join("/")}`;
  return `${plainUri(uri)} ${normal} ${isReadOnly}`;
}

function plainUri(uri: unknown): string {
  const text = String(uri).replace(/\/+$/, "");
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** In minutes; a longer one than asked for may have been given since. */
function lifeSpanThen({ life_span }: JobDescription, asked: unknown): number | undefined {
  if (life_span === undefined) return undefined;
  const minutes = life_span / 60;
  return typeof asked === "number" && asked < minutes ? asked : minutes;
}

function ownEnv({ pass_config: passes, container: { env } }: JobDescription): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !(passes && PASSED_CONFIG.has(name))));
}

function mapValues(record: Record<string, unknown>, change: (value: unknown) => string) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? "null" : JSON.stringify(entries);
}
