import { z } from "zod";
import type { CallOptions, Where } from "./call.ts";
import { type Connection, checkId, jobsUrl, monitoringUrl } from "./connection.ts";
import { PlatformError } from "./errors.ts";
import { type CollectOptions, execAndCollect } from "./exec/collect.ts";
import { type AttachOptions, attachToJob, type ExecOptions, execInJob } from "./exec/index.ts";
import { getJob, jobStatus, resolveJob, statusOfMany } from "./find/index.ts";
import { type ListFilter, listJobs } from "./find/list.ts";
import { type ForwardOptions, forwardPort } from "./forward.ts";
import { type FollowOptions, followLog } from "./logs/follow.ts";
import { type ScanOptions, scanLog } from "./logs/scan.ts";
import { type MonitorOptions, monitorLog } from "./logs/stream.ts";
import { type TailOptions, tailLog } from "./logs/tail.ts";
import type { Base } from "./names/uris.ts";
import { salvage } from "./records/salvage.ts";
import { savedName, saveJob } from "./save.ts";
import type { StartOptions } from "./start/body.ts";
import { toMinutes } from "./start/body.ts";
import { prepareStart, type RunOptions, runJob, type StartPlan, startJob } from "./start/index.ts";
import { type OnceOptions, startedBefore, startOnce } from "./start/once.ts";
import { startedBy } from "./start/tagged.ts";
import { listStored, type StoredKind } from "./stored.ts";
import { type TopOptions, topOfJob } from "./telemetry.ts";

/** The platform's jobs: the documented `Jobs` class, and what is built on it. Every method takes a signal and a time limit. */
export type Jobs = ReturnType<typeof jobsOf>;

export function jobsOf(at: Connection) {
  return { ...starting(at), ...finding(at), ...changing(at), ...reading(at), ...connecting(at) };
}

function starting(at: Connection) {
  return {
    /** Starts a job on a preset; never sent twice. Source: protocol reference 3.2. */
    start: (options: StartOptions, call?: CallOptions) => startJob(at, options, call),
    /** Starts a job at most once per `requestId`; `isNew` skips the search for an earlier one. */
    startOnce: (options: StartOptions, once: OnceOptions, call?: CallOptions) =>
      startOnce(at, { ...once, options }, call),
    /** The job that a start with this request id made in a place, whatever was asked for. */
    startedBy: async (requestId: string, where?: Where, call?: CallOptions) =>
      (await startedBy(at, { requestId, where }, call))[0],
    /** The job that `startOnce` would give instead of starting one. @throws {PlatformError} `conflict` as it would */
    startedBefore: (options: StartOptions, requestId: string, call?: CallOptions) =>
      startedBefore(at, { options, requestId }, call),
    /** What `start` would send, checked as far as that is possible without sending it. */
    plan: (options: StartOptions, call?: CallOptions): Promise<StartPlan> => prepareStart(at, options, call),
    /** Names of the secrets or disks of a project that the caller may read; undefined where the cluster lists none. */
    stored: (kind: StoredKind, where: Base, call?: CallOptions) => listStored(at, { kind, where }, call),
    /** Starts a job with its resources spelled out (deprecated form). Source: protocol reference 3.3. */
    run: (options: RunOptions, call?: CallOptions) => runJob(at, options, call),
  };
}

function finding(at: Connection) {
  return {
    /** Jobs one by one, oldest first unless `reverse`. Source: protocol reference 3.6. */
    list: (filter: ListFilter = {}, call?: CallOptions) => listJobs(at, filter, call),
    /** The job with this id, or the caller's newest with this name, in one request. Source: protocol reference 3.10. */
    get: (idOrName: string, call?: CallOptions) => getJob(at, idOrName, call),
    /** A job by id, name (newest in the project) or `job:` URI. */
    status: (ref: string, where?: Where, call?: CallOptions) => jobStatus(at, { ref, where }, call),
    /** A job by name, id, unique beginning of an id, or `job:` URI. @throws {AmbiguousError} with the candidates */
    resolve: (ref: string, where?: Where, call?: CallOptions) => resolveJob(at, { ref, where }, call),
    /** Several at once, in the order asked; one that fails does not hide the others. */
    statusMany: (refs: readonly string[], where?: Where, call?: CallOptions) =>
      statusOfMany(at, { refs, where }, call),
  };
}

function changing(at: Connection) {
  return {
    /** Cancels a job; nothing happens to one that has ended. Source: protocol reference 3.10. */
    async kill(id: string, call?: CallOptions): Promise<void> {
      const url = jobsUrl(at, checkId(id));
      await at.http.text({ what: `Killing ${id}`, method: "DELETE", url, safe: true }, call);
    },
    /** Sends SIGKILL to the job's process; the job fails with 137 or restarts. Source: protocol reference 4.6. */
    async sendSignal(id: string, where?: Where, call?: CallOptions): Promise<void> {
      const url = await monitoringUrl(at, { where, parts: [checkId(id), "kill"] }, call);
      const what = `Sending a signal to ${id}`;
      await at.http.text({ what, method: "POST", url, notFoundMeansNotRunning: true }, call);
    },
    /** Adds to the longest running time; rounded up to whole minutes, at least 60 s. Source: protocol reference 3.9. */
    async bumpLifeSpan(id: string, seconds: number, call?: CallOptions): Promise<void> {
      const url = jobsUrl(at, checkId(id), "max_run_time_minutes");
      const json = { additional_max_run_time_minutes: toMinutes(seconds, "A longer life span") };
      await at.http.text({ what: `Extending the life span of ${id}`, method: "PUT", url, json }, call);
    },
    /** The whole name of the image that a save would make of `image`. */
    savedName: (image: string, { where }: { where?: Where } = {}, call?: CallOptions) =>
      savedName(at, { image, where }, call),
    /** Saves the job's container as an image, step by step. Source: protocol reference 4.9. */
    save: (id: string, image: string, { where }: { where?: Where | undefined } = {}, call?: CallOptions) =>
      saveJob(at, { id, image, where }, call),
  };
}

function reading(at: Connection) {
  return {
    /** The bytes of a log as they come. Source: protocol reference 4.2. */
    monitor: (id: string, options: MonitorOptions = {}, call?: CallOptions) =>
      monitorLog(at, { id, options }, call),
    /** The last lines of a log, without waiting for more. */
    tail: (id: string, options: TailOptions = {}, call?: CallOptions) => tailLog(at, { id, options }, call),
    /** A part of a log once, however long, only some lines of it told one by one. */
    scan: (id: string, options: ScanOptions, call?: CallOptions) => scanLog(at, { id, options }, call),
    /** A log line by line until it ends; a lost connection is taken up again. */
    follow: (id: string, options: FollowOptions = {}, call?: CallOptions) =>
      followLog(at, { id, options }, call),
    /** Measurements of a running job. Source: protocol reference 4.8. */
    top: (id: string, options: TopOptions = {}, call?: CallOptions) => topOfJob(at, { id, options }, call),
    /** How many more jobs of each preset could start, counting nodes still to be added. Source: protocol reference 4.10. */
    async getCapacity(where?: Where, call?: CallOptions): Promise<Record<string, number>> {
      const url = await monitoringUrl(at, { where, parts: ["capacity"] }, call);
      const what = "Reading the capacity";
      const { value } = salvage(capacity, await at.http.json({ what, method: "GET", url }, call), {});
      if (value !== undefined) return value;
      throw new PlatformError("protocol_error", `${what} failed: the answer has an unknown shape.`);
    },
  };
}

const capacity = z.record(z.string(), z.number());

function connecting(at: Connection) {
  return {
    /** Runs a command in a running job, streams connected as asked. Source: protocol reference 4.4. */
    exec: (id: string, options: ExecOptions, call?: CallOptions) => execInJob(at, { id, options }, call),
    /** Connects to the job's own process. Source: protocol reference 4.5. */
    attach: (id: string, options: AttachOptions, call?: CallOptions) =>
      attachToJob(at, { id, options }, call),
    /** Runs a command to its end and collects what it prints. */
    execAndCollect: (id: string, options: CollectOptions, call?: CallOptions) =>
      execAndCollect(at, { id, options }, call),
    /** Forwards a loopback port to a port of the job. Source: protocol reference 4.7. */
    portForward: (id: string, options: ForwardOptions, call?: CallOptions) =>
      forwardPort(at, { id, options }, call),
  };
}
