import type { CallOptions, Where } from "./call.ts";
import type { PlatformClock } from "./clock.ts";
import { apiBase, type Directory } from "./config/clusters.ts";
import { invalidArgument } from "./errors.ts";
import type { Http } from "./http/index.ts";
import type { Session } from "./login/session.ts";
import type { ImageBase } from "./names/images.ts";
import { encodePathPart } from "./names/uris.ts";
import type { Sockets } from "./socket/index.ts";
import type { Starts } from "./start/under-way.ts";

/** What every call of the jobs interface needs. */
export interface Connection {
  http: Http;
  sockets: Sockets;
  session: Session;
  directory: Directory;
  starts: Starts;
  clock: PlatformClock;
}

/** One job, and how to do something with it. */
export interface OnJob<Options> {
  id: string;
  options: Options;
}

/** Address of a path under `{api}/jobs`. */
export function jobsUrl({ session }: Connection, ...parts: string[]): string {
  return [`${apiBase(session.login.url)}/jobs`, ...parts.map(encodePathPart)].join("/");
}

/** Address of a path of the monitoring service of the call's cluster. Source: protocol reference 4. */
export async function monitoringUrl(
  { directory }: Connection,
  { where = {}, parts }: { where?: Where | undefined; parts: string[] },
  call?: CallOptions,
): Promise<string> {
  const place = await directory.place(where, call);
  const { monitoringUrl: base } = await directory.cluster(place.cluster, call);
  return [base, ...parts.map(encodePathPart)].join("/");
}

/** Cluster, org and project of a call; the project may be the empty string where none is selected. */
export async function imageBase(
  { directory }: Connection,
  where: Where | undefined,
  call?: CallOptions,
): Promise<ImageBase> {
  const { cluster, org, project = "" } = await directory.place(where, call);
  const clusters = await directory.clusters(call);
  return { base: { cluster, org, project }, clusters, images: directory.images };
}

/** Refuses anything but a single path segment, before a request is sent. @throws {PlatformError} `invalid_argument` */
export function checkId(id: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here.
  if (id === "" || id === "." || id === ".." || /[/\\\u0000-\u001f\u007f]|\p{Cs}/u.test(id))
    throw invalidArgument(
      `${JSON.stringify(id.slice(0, 80))} is not a job id: it is empty or has a slash or control character.`,
      { about: "job" },
    );
  return id;
}

/**
 * A time for a query: text with an offset stays as it is, without one it is local time, as in the official
 * client. @throws {PlatformError} `invalid_argument`. Source: protocol reference 3.6.
 */
export function toInstant(time: Date | string): string {
  if (typeof time === "string" && /(Z|[+-]\d\d:?\d\d)$/i.test(time) && !Number.isNaN(Date.parse(time)))
    return time;
  const date = new Date(time);
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  throw invalidArgument(`"${String(time).slice(0, 60)}" is not a time: write e.g. 2026-08-01T10:00:00Z.`);
}
