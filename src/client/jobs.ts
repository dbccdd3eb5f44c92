import { z } from "zod";
import type { CallOptions, Where } from "./call.ts";
import { type Connection, checkId, jobsUrl, monitoringUrl } from "./connection.ts";
import { PlatformError } from "./errors.ts";
import { type Collected, type CollectOptions, execAndCollect } from "./exec/collect.ts";
import {
  type AttachOptions,
  attachToJob,
  type ExecOptions,
  execInJob,
  type ProcessStream,
} from "./exec/index.ts";
import { getJob, jobStatus, resolveJob, type StatusOutcome, statusOfMany } from "./find/index.ts";
import { type ListFilter, listJobs } from "./find/list.ts";
import { type ForwardOptions, forwardPort, type PortForward } from "./forward.ts";
import type { JobDescription, JobTelemetry } from "./job.ts";
import { type FollowOptions, followLog } from "./logs/follow.ts";
import type { LogLine } from "./logs/lines.ts";
import { type LogScan, type ScanOptions, scanLog } from "./logs/scan.ts";
import { type MonitorOptions, monitorLog } from "./logs/stream.ts";
import { type LogTail, type TailOptions, tailLog } from "./logs/tail.ts";
import type { Base } from "./names/uris.ts";
import { salvage } from "./records/salvage.ts";
import { type SaveStep, savedName, saveJob } from "./save.ts";
import type { StartOptions } from "./start/body.ts";
import { toMinutes } from "./start/body.ts";
import { prepareStart, type RunOptions, runJob, type StartPlan, startJob } from "./start/index.ts";
import { type OnceOptions, type Started, startedBefore, startOnce } from "./start/once.ts";
import { startedBy } from "./start/tagged.ts";
import { listStored, type StoredKind } from "./stored.ts";
import { type TopOptions, topOfJob } from "./telemetry.ts";

/**
 * The platform's jobs: the documented `Jobs` class, and what is built on it. Ids are whole job ids; `where` names another
 * cluster, org or project than the selected one; `call` ends a call early, by a signal or after a time.
 * Every method rejects with a {@link PlatformError}, whose `code` says what can be done about it.
 */
export interface Jobs {
  /**
   * Starts a job on a preset. It is never sent twice: where the answer is lost, `startOnce` can tell what came of it.
   * @throws {PlatformError} `invalid_argument` before anything is sent · `invalid_request` · `not_permitted` ·
   * `no_credits` · `quota`. Source: protocol reference 3.2, 3.8.
   */
  start(options: StartOptions, call?: CallOptions): Promise<JobDescription>;
  /**
   * Starts a job at most once per place and `requestId`, also across processes: an earlier job of that id is returned
   * instead, and a start whose answer is lost is looked up. @throws {PlatformError} `conflict` when the earlier job was
   * asked for differently · {UnknownOutcomeError}; any other error means that this call started nothing.
   */
  startOnce(options: StartOptions, once: OnceOptions, call?: CallOptions): Promise<Started>;
  /** The job that a start with this request id made in a place, whatever was asked for; undefined without one. */
  startedBy(requestId: string, where?: Where, call?: CallOptions): Promise<JobDescription | undefined>;
  /**
   * The job that `startOnce` would give instead of starting one.
   * @throws {PlatformError} `conflict` as it would
   */
  startedBefore(
    options: StartOptions,
    requestId: string,
    call?: CallOptions,
  ): Promise<JobDescription | undefined>;
  /** What `start` would send, checked as far as that is possible without sending it. @throws {PlatformError} `invalid_argument` */
  plan(options: StartOptions, call?: CallOptions): Promise<StartPlan>;
  /**
   * Names of the secrets or disks of a project that the caller may read; undefined where the cluster lists none.
   * Source: protocol reference 5.4, 6.3.
   */
  stored(kind: StoredKind, where: Base, call?: CallOptions): Promise<string[] | undefined>;
  /** Starts a job with its resources spelled out (deprecated form): prefer `start`. Source: protocol reference 3.3. */
  run(options: RunOptions, call?: CallOptions): Promise<JobDescription>;

  /**
   * Jobs one by one as the platform sends them, oldest first unless `reverse`; leaving the loop stops the transfer.
   * @throws {PlatformError} also after some jobs, when the answer breaks off. Source: protocol reference 3.6.
   */
  list(filter?: ListFilter, call?: CallOptions): AsyncGenerator<JobDescription, void>;
  /**
   * The job with this id, or the caller's newest with this name, in one request.
   * @throws {PlatformError} `not_found`. Source: protocol reference 3.10.
   */
  get(idOrName: string, call?: CallOptions): Promise<JobDescription>;
  /**
   * A job by id, by name (the caller's newest in the project, else anybody's), or by `job:` URI.
   * @throws {PlatformError} `not_found`. Source: protocol reference 3.10, 6.1.
   */
  status(ref: string, where?: Where, call?: CallOptions): Promise<JobDescription>;
  /**
   * A job by name, id, unique beginning of an id (at least four hex digits), or `job:` URI.
   * @throws {AmbiguousError} with the candidates · {PlatformError} `not_found` naming near names
   */
  resolve(ref: string, where?: Where, call?: CallOptions): Promise<JobDescription>;
  /** Several at once, in the order asked; one that fails does not hide the others. */
  statusMany(refs: readonly string[], where?: Where, call?: CallOptions): Promise<StatusOutcome[]>;

  /** Cancels a job; nothing happens to one that has ended. @throws {PlatformError} `not_found`. Source: protocol reference 3.10. */
  kill(id: string, call?: CallOptions): Promise<void>;
  /**
   * Sends SIGKILL to the job's process; the job fails with 137 or restarts.
   * @throws {PlatformError} `not_running`. Source: protocol reference 4.6.
   */
  sendSignal(id: string, where?: Where, call?: CallOptions): Promise<void>;
  /** Adds to the longest running time; rounded up to whole minutes, at least 60 s. Source: protocol reference 3.9. */
  bumpLifeSpan(id: string, seconds: number, call?: CallOptions): Promise<void>;
  /** The whole name of the image that a save would make of `image`. @throws {PlatformError} `invalid_argument` for an image elsewhere */
  savedName(image: string, options?: { where?: Where }, call?: CallOptions): Promise<string>;
  /**
   * Saves the job's container as an image in the platform's registry, step by step; the last step has its name.
   * @throws {PlatformError} `invalid_argument` for an image elsewhere · `platform_error` when it fails midway.
   * Source: protocol reference 4.9.
   */
  save(
    id: string,
    image: string,
    options?: { where?: Where | undefined },
    call?: CallOptions,
  ): AsyncGenerator<SaveStep, void>;

  /**
   * The bytes of a log as they come, until it ends; a chunk may split a line or a character. That the log ended does
   * not mean that the job did. Source: protocol reference 4.2.
   */
  monitor(id: string, options?: MonitorOptions, call?: CallOptions): AsyncGenerator<Uint8Array, void>;
  /**
   * The last lines of a log, at a cost in proportion to what is shown; never waits for a running job to print more.
   * @throws {PlatformError} `not_found`. Source: protocol reference 4.2.
   */
  tail(id: string, options?: TailOptions, call?: CallOptions): Promise<LogTail>;
  /** A part of a log once, however long, in memory that does not grow with it. @throws {PlatformError} `not_found` */
  scan(id: string, options: ScanOptions, call?: CallOptions): Promise<LogScan>;
  /**
   * A log line by line until it ends, which that of a job without a node does at once; a lost connection is taken up again without gap or overlap. A line unfinished at
   * the end comes last, marked as `open`. Source: protocol reference 4.2.
   */
  follow(id: string, options?: FollowOptions, call?: CallOptions): AsyncGenerator<LogLine, void>;
  /**
   * Measurements of a running job, about one a second, until it ends.
   * @throws {PlatformError} `not_running` when it ends before the first one. Source: protocol reference 4.8.
   */
  top(id: string, options?: TopOptions, call?: CallOptions): AsyncGenerator<JobTelemetry, void>;
  /** How many more jobs of each preset could start, counting nodes still to be added. Source: protocol reference 4.10. */
  getCapacity(where?: Where, call?: CallOptions): Promise<Record<string, number>>;

  /**
   * Runs a command in a running job, streams connected as asked. Losing the connection does not end the command.
   * @throws {PlatformError} `not_running` · `invalid_request`. Source: protocol reference 4.4.
   */
  exec(id: string, options: ExecOptions, call?: CallOptions): Promise<ProcessStream>;
  /** Connects to the job's own process; its exit code always reads 0 here. @throws {PlatformError} `not_running`. Source: protocol reference 4.5. */
  attach(id: string, options: AttachOptions, call?: CallOptions): Promise<ProcessStream>;
  /**
   * Runs a command to its end and collects what it prints; a non-zero exit code is a result, not an error. `timeoutMs`
   * of the call ends the wait, not the command. @throws {PlatformError} `not_running` · `invalid_argument`
   */
  execAndCollect(id: string, options: CollectOptions, call?: CallOptions): Promise<Collected>;
  /**
   * Forwards a port of this machine's loopback to a port of the job, until closed or the signal fires.
   * @throws {PlatformError} `invalid_argument` when the local port is taken. Source: protocol reference 4.7.
   */
  portForward(id: string, options: ForwardOptions, call?: CallOptions): Promise<PortForward>;
}

export function jobsOf(at: Connection): Jobs {
  return { ...starting(at), ...finding(at), ...changing(at), ...reading(at), ...connecting(at) };
}

function starting(at: Connection) {
  return {
    start: (options: StartOptions, call?: CallOptions) => startJob(at, options, call),
    startOnce: (options: StartOptions, once: OnceOptions, call?: CallOptions) =>
      startOnce(at, { ...once, options }, call),
    startedBy: async (requestId: string, where?: Where, call?: CallOptions) =>
      (await startedBy(at, { requestId, where }, call))[0],
    startedBefore: (options: StartOptions, requestId: string, call?: CallOptions) =>
      startedBefore(at, { options, requestId }, call),
    plan: (options: StartOptions, call?: CallOptions): Promise<StartPlan> => prepareStart(at, options, call),
    stored: (kind: StoredKind, where: Base, call?: CallOptions) => listStored(at, { kind, where }, call),
    run: (options: RunOptions, call?: CallOptions) => runJob(at, options, call),
  };
}

function finding(at: Connection) {
  return {
    list: (filter: ListFilter = {}, call?: CallOptions) => listJobs(at, filter, call),
    get: (idOrName: string, call?: CallOptions) => getJob(at, idOrName, call),
    status: (ref: string, where?: Where, call?: CallOptions) => jobStatus(at, { ref, where }, call),
    resolve: (ref: string, where?: Where, call?: CallOptions) => resolveJob(at, { ref, where }, call),
    statusMany: (refs: readonly string[], where?: Where, call?: CallOptions) =>
      statusOfMany(at, { refs, where }, call),
  };
}

function changing(at: Connection) {
  return {
    async kill(id: string, call?: CallOptions): Promise<void> {
      const url = jobsUrl(at, checkId(id));
      await at.http.text({ what: `Killing ${id}`, method: "DELETE", url, safe: true }, call);
    },
    async sendSignal(id: string, where?: Where, call?: CallOptions): Promise<void> {
      const url = await monitoringUrl(at, { where, parts: [checkId(id), "kill"] }, call);
      const what = `Sending a signal to ${id}`;
      await at.http.text({ what, method: "POST", url, notFoundMeansNotRunning: true }, call);
    },
    async bumpLifeSpan(id: string, seconds: number, call?: CallOptions): Promise<void> {
      const url = jobsUrl(at, checkId(id), "max_run_time_minutes");
      const json = { additional_max_run_time_minutes: toMinutes(seconds, "A longer life span") };
      await at.http.text({ what: `Extending the life span of ${id}`, method: "PUT", url, json }, call);
    },
    savedName: (image: string, { where }: { where?: Where } = {}, call?: CallOptions) =>
      savedName(at, { image, where }, call),
    save: (id: string, image: string, { where }: { where?: Where | undefined } = {}, call?: CallOptions) =>
      saveJob(at, { id, image, where }, call),
  };
}

function reading(at: Connection) {
  return {
    monitor: (id: string, options: MonitorOptions = {}, call?: CallOptions) =>
      monitorLog(at, { id, options }, call),
    tail: (id: string, options: TailOptions = {}, call?: CallOptions) => tailLog(at, { id, options }, call),
    scan: (id: string, options: ScanOptions, call?: CallOptions) => scanLog(at, { id, options }, call),
    follow: (id: string, options: FollowOptions = {}, call?: CallOptions) =>
      followLog(at, { id, options }, call),
    top: (id: string, options: TopOptions = {}, call?: CallOptions) => topOfJob(at, { id, options }, call),
    async getCapacity(where?: Where, call?: CallOptions): Promise<Record<string, number>> {
      const url = await monitoringUrl(at, { where, parts: ["capacity"] }, call);
      const what = "Reading the capacity";
      const answer = await at.http.json({ what, method: "GET", url }, call);
      const { value } = salvage(capacity, answer, {});
      if (value !== undefined) return value;
      throw new PlatformError("protocol_error", `${what} failed: the answer is no list of presets.`);
    },
  };
}

const capacity = z.record(z.string(), z.number());

function connecting(at: Connection) {
  return {
    exec: (id: string, options: ExecOptions, call?: CallOptions) => execInJob(at, { id, options }, call),
    attach: (id: string, options: AttachOptions, call?: CallOptions) =>
      attachToJob(at, { id, options }, call),
    execAndCollect: (id: string, options: CollectOptions, call?: CallOptions) =>
      execAndCollect(at, { id, options }, call),
    portForward: (id: string, options: ForwardOptions, call?: CallOptions) =>
      forwardPort(at, { id, options }, call),
  };
}
