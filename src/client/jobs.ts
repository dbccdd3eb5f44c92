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
import { type MonitorOptions, monitorLog } from "./logs/stream.ts";
import { type LogTail, type TailOptions, tailLog } from "./logs/tail.ts";
import { salvage } from "./records/salvage.ts";
import { type SaveStep, savedName, saveJob } from "./save.ts";
import { type StartOptions, toMinutes } from "./start/body.ts";
import { planStart, type StartPlan, startJob } from "./start/index.ts";
import { type OnceOptions, type Started, startedBefore, startOnce } from "./start/once.ts";
import { type RunOptions, runJob } from "./start/run.ts";
import { startedBy } from "./start/tagged.ts";
import { type TopOptions, topOfJob } from "./telemetry.ts";

const capacity = z.record(z.string(), z.number());

/** The platform's jobs: the documented `Jobs` class, and what is built on it. Every method takes a signal and a time limit. */
export class Jobs {
  readonly #at: Connection;

  constructor(at: Connection) {
    this.#at = at;
  }

  /** Starts a job on a preset; never sent twice. Source: protocol reference 3.2. */
  start(options: StartOptions, call?: CallOptions): Promise<JobDescription> {
    return startJob(this.#at, options, call);
  }

  /** Starts a job at most once per `requestId`; `isNew` skips the search for an earlier one. */
  startOnce(options: StartOptions, once: OnceOptions, call?: CallOptions): Promise<Started> {
    return startOnce(this.#at, { ...once, options }, call);
  }

  /** The job that a start with this request id made in a place, whatever was asked for. */
  startedBy(requestId: string, where?: Where, call?: CallOptions): Promise<JobDescription | undefined> {
    return startedBy(this.#at, { requestId, where }, call);
  }

  /** The job that `startOnce` would give instead of starting one. @throws {PlatformError} `conflict` as it would */
  startedBefore(
    options: StartOptions,
    requestId: string,
    call?: CallOptions,
  ): Promise<JobDescription | undefined> {
    return startedBefore(this.#at, { options, requestId }, call);
  }

  /** What `start` would send, checked as far as that is possible without sending it. */
  plan(options: StartOptions, call?: CallOptions): Promise<StartPlan> {
    return planStart(this.#at, options, call);
  }

  /** Starts a job with its resources spelled out (deprecated form). Source: protocol reference 3.3. */
  run(options: RunOptions, call?: CallOptions): Promise<JobDescription> {
    return runJob(this.#at, options, call);
  }

  /** Jobs one by one, oldest first unless `reverse`. Source: protocol reference 3.6. */
  list(filter: ListFilter = {}, call?: CallOptions): AsyncIterable<JobDescription> {
    return listJobs(this.#at, filter, call);
  }

  /** The job with this id, or the caller's newest with this name, in one request. Source: protocol reference 3.10. */
  get(idOrName: string, call?: CallOptions): Promise<JobDescription> {
    return getJob(this.#at, idOrName, call);
  }

  /** A job by id, name (newest in the project) or `job:` URI. */
  status(ref: string, where?: Where, call?: CallOptions): Promise<JobDescription> {
    return jobStatus(this.#at, { ref, where }, call);
  }

  /** A job by name, id, unique beginning of an id, or `job:` URI. @throws {AmbiguousError} with the candidates */
  resolve(ref: string, where?: Where, call?: CallOptions): Promise<JobDescription> {
    return resolveJob(this.#at, { ref, where }, call);
  }

  /** Several at once, in the order asked; one that fails does not hide the others. */
  statusMany(refs: readonly string[], where?: Where, call?: CallOptions): Promise<StatusOutcome[]> {
    return statusOfMany(this.#at, { refs, where }, call);
  }

  /** Cancels a job; nothing happens to one that has ended. Source: protocol reference 3.10. */
  async kill(id: string, call?: CallOptions): Promise<void> {
    const url = jobsUrl(this.#at, checkId(id));
    await this.#at.http.text({ what: `Killing ${id}`, method: "DELETE", url, safe: true }, call);
  }

  /** Sends SIGKILL to the job's process; the job fails with 137 or restarts. Source: protocol reference 4.6. */
  async sendSignal(id: string, where?: Where, call?: CallOptions): Promise<void> {
    const url = await monitoringUrl(this.#at, { where, parts: [checkId(id), "kill"] }, call);
    const what = `Sending a signal to ${id}`;
    await this.#at.http.text({ what, method: "POST", url, notFoundMeansNotRunning: true }, call);
  }

  /** Adds to the longest running time; rounded up to whole minutes, at least 60 s. Source: protocol reference 3.9. */
  async bumpLifeSpan(id: string, seconds: number, call?: CallOptions): Promise<void> {
    const url = jobsUrl(this.#at, checkId(id), "max_run_time_minutes");
    const json = { additional_max_run_time_minutes: toMinutes(seconds, "A longer life span") };
    await this.#at.http.text({ what: `Extending the life span of ${id}`, method: "PUT", url, json }, call);
  }

  /** How many more jobs of each preset could start, counting nodes still to be added. Source: protocol reference 4.10. */
  async getCapacity(where?: Where, call?: CallOptions): Promise<Record<string, number>> {
    const url = await monitoringUrl(this.#at, { where, parts: ["capacity"] }, call);
    const what = "Reading the capacity";
    const { value } = salvage(capacity, await this.#at.http.json({ what, method: "GET", url }, call), {});
    if (value !== undefined) return value;
    throw new PlatformError("protocol_error", `${what} failed: the answer has an unknown shape.`);
  }

  /** The bytes of a log as they come. Source: protocol reference 4.2. */
  monitor(id: string, options: MonitorOptions = {}, call?: CallOptions): AsyncIterable<Uint8Array> {
    return monitorLog(this.#at, { id, options }, call);
  }

  /** The last lines of a log, without waiting for more. */
  tail(id: string, options: TailOptions = {}, call?: CallOptions): Promise<LogTail> {
    return tailLog(this.#at, { id, options }, call);
  }

  /** A log line by line until it ends; a lost connection is taken up again. */
  follow(id: string, options: FollowOptions = {}, call?: CallOptions): AsyncIterable<LogLine> {
    return followLog(this.#at, { id, options }, call);
  }

  /** Runs a command in a running job, streams connected as asked. Source: protocol reference 4.4. */
  exec(id: string, options: ExecOptions, call?: CallOptions): Promise<ProcessStream> {
    return execInJob(this.#at, { id, options }, call);
  }

  /** Connects to the job's own process. Source: protocol reference 4.5. */
  attach(id: string, options: AttachOptions, call?: CallOptions): Promise<ProcessStream> {
    return attachToJob(this.#at, { id, options }, call);
  }

  /** Runs a command to its end and collects what it prints. */
  execAndCollect(id: string, options: CollectOptions, call?: CallOptions): Promise<Collected> {
    return execAndCollect(this.#at, { id, options }, call);
  }

  /** Forwards a loopback port to a port of the job. Source: protocol reference 4.7. */
  portForward(id: string, options: ForwardOptions, call?: CallOptions): Promise<PortForward> {
    return forwardPort(this.#at, { id, options }, call);
  }

  /** Measurements of a running job. Source: protocol reference 4.8. */
  top(id: string, options: TopOptions = {}, call?: CallOptions): AsyncIterable<JobTelemetry> {
    return topOfJob(this.#at, { id, options }, call);
  }

  /** The whole name of the image that a save would make of `image`. */
  savedName(image: string, options: { where?: Where } = {}, call?: CallOptions): Promise<string> {
    return savedName(this.#at, { image, where: options.where }, call);
  }

  /** Saves the job's container as an image, step by step. Source: protocol reference 4.9. */
  save(
    id: string,
    image: string,
    options: { where?: Where | undefined } = {},
    call?: CallOptions,
  ): AsyncIterable<SaveStep> {
    return saveJob(this.#at, { id, image, where: options.where }, call);
  }
}
