import { RequestIdUsedError } from "../errors.ts";
import type { JobDescription } from "../job.ts";
import { imageToString } from "../names/images.ts";
import type { StartOptions, WireStartBody } from "./body.ts";

/** Variables that the platform adds for a job that gets a login. Source: protocol reference 1.5. */
const PASSED_CONFIG = new Set(["NEURO_PASSED_CONFIG", "APOLO_PASSED_CONFIG"]);
/** Prefixes of the tags that a start adds by itself: its request, who made it, and what a job does not show. */
const OWN_TAG = /^mcp(?:-by|-as)?:/;
const ASKED_TAG = /^mcp-as:(\d+|none)(-wait)?$/;

/** Whether a tag is one that only a start itself may add. */
export function isOwnTag(tag: string): boolean {
  return OWN_TAG.test(tag);
}

/** Records what a job no longer shows: the life span asked for, which may be extended, and the wait for quota. */
export function askedTag({
  lifeSpanSeconds,
  waitForJobsQuota,
}: Pick<StartOptions, "lifeSpanSeconds" | "waitForJobsQuota">): string {
  const minutes = lifeSpanSeconds === undefined ? "none" : Math.ceil(lifeSpanSeconds / 60);
  return `mcp-as:${minutes}${waitForJobsQuota === true ? "-wait" : ""}`;
}

/** What was asked for with a request id. */
export interface Asked {
  requestId: string;
  body: WireStartBody;
  /** What the first call sent, where this connection sent it. */
  sentBody?: WireStartBody | undefined;
}

/**
 * The job of an earlier start with the same request id. @throws {PlatformError} `conflict` when that was asked for
 * anything else
 */
export function sameRequest(job: JobDescription, { requestId, body, sentBody }: Asked): JobDescription {
  const then = fieldsOf(job, { body, sentBody });
  const now = fieldsAsked(body);
  const differing = Object.keys(then).filter((key) => canonical(then[key]) !== canonical(now[key]));
  if (differing.length === 0) return job;
  throw new RequestIdUsedError(
    `request_id "${requestId}" was already used for job ${job.id} with other arguments (${differing.join(", ")}). Use a new one for a new job.`,
    differing,
  );
}

type Fields = Record<string, unknown>;

/** A job's fields by the arguments' names, as far as the job shows them. */
function fieldsOf(job: JobDescription, { body, sentBody }: Omit<Asked, "requestId">): Fields {
  const { container } = job;
  const { http } = container;
  const first = askedFirst(job, sentBody) ?? { waits: isSet(body.wait_for_jobs_quota) };
  return {
    name: job.name,
    preset: job.preset_name,
    description: job.description,
    image: imageToString(container.image),
    command: container.command,
    entrypoint: container.entrypoint,
    working_dir: container.working_dir,
    env: ownEnv(job),
    secret_env: mapValues(container.secret_env, plainUri),
    restart_policy: job.restart_policy,
    life_span: lifeSpanThen(job, { asked: body.max_run_time_minutes, first }),
    tags: ownless(job.tags),
    http_port: http?.port,
    http_auth: http?.requires_auth,
    volumes: [
      ...container.volumes.map((each) => mount(each.storage_uri, each.container_path, each.read_only)),
      ...container.secret_files.map((each) => mount(each.secret_uri, each.container_path)),
      ...container.disk_volumes.map((each) => mount(each.disk_uri, each.container_path, each.read_only)),
    ].sort(),
    tty: container.tty,
    shm: sentBody === undefined ? container.resources.shm : hasShm(sentBody),
    priority: job.priority,
    privileged: job.privileged,
    pass_config: job.pass_config,
    schedule_timeout: job.schedule_timeout,
    energy_schedule: job.energy_schedule_name ?? "default",
    wait_for_quota: first.waits,
  };
}

/** The same for a body: the client has built it, only its types are lost. */
function fieldsAsked(body: WireStartBody): Fields {
  const http = Object(body.http);
  const mounts = (key: string, uriKey: string) =>
    listed(body[key]).map((each) => mount(each[uriKey], each.dst_path, each.read_only === true));
  return {
    ...body,
    preset: body.preset_name,
    secret_env: mapValues(Object(body.secret_env), plainUri),
    restart_policy: body.restart_policy ?? "never",
    life_span: body.max_run_time_minutes,
    tags: ownless(listed<string>(body.tags)),
    http_port: http.port,
    http_auth: http.requires_auth,
    volumes: [
      ...mounts("volumes", "src_storage_uri"),
      ...mounts("secret_volumes", "src_secret_uri"),
      ...mounts("disk_volumes", "src_disk_uri"),
    ].sort(),
    tty: isSet(body.tty),
    shm: hasShm(body),
    priority: body.priority ?? "normal",
    privileged: isSet(body.privileged),
    energy_schedule: body.energy_schedule_name ?? "default",
    wait_for_quota: isSet(body.wait_for_jobs_quota),
  };
}

function isSet(value: unknown): boolean {
  return value === true;
}

function hasShm({ resources }: WireStartBody): boolean {
  return isSet(Object(resources).shm);
}

/** What the first call asked for and the job does not show; unknown for jobs of older versions. */
interface AskedFirst {
  minutes?: unknown;
  waits: boolean;
}

function askedFirst({ tags }: JobDescription, sentBody: WireStartBody | undefined): AskedFirst | undefined {
  const [, minutes, waits] = ASKED_TAG.exec(tags.find((tag) => ASKED_TAG.test(tag)) ?? "") ?? [];
  if (minutes !== undefined)
    return { minutes: minutes === "none" ? undefined : Number(minutes), waits: waits !== undefined };
  if (sentBody === undefined) return undefined;
  return { minutes: sentBody.max_run_time_minutes, waits: isSet(sentBody.wait_for_jobs_quota) };
}

function listed<T = Record<string, unknown>>(value: unknown): T[] {
  return Array.isArray(value) ? value : [];
}

function ownless(tags: readonly string[]): string[] {
  return [...new Set(tags)].filter((tag) => !isOwnTag(tag)).sort();
}

/** Levels the platform's own way of writing paths and escapes. Source: protocol reference 3.5. */
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

/** In minutes: as first asked for, or as it is now. Where the first is unknown, now may be an extension of `asked`. */
function lifeSpanThen(
  { life_span }: JobDescription,
  { asked, first }: { asked: unknown; first: AskedFirst },
): unknown {
  const now = life_span === undefined ? undefined : life_span / 60;
  if (asked === now) return now;
  if ("minutes" in first) return first.minutes;
  return typeof asked === "number" && now !== undefined && asked < now ? asked : now;
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
