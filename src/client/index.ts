/** The only door of the client of the platform's jobs subsystem. */

export { abortError, type CallOptions, pause, type Where } from "./call.ts";
export { authorizationServer } from "./config/authorization.ts";
export {
  type Cluster,
  type Place,
  type PlatformContext,
  type Project,
  unreadableText,
} from "./config/clusters.ts";
export { preset } from "./config/preset.ts";
export {
  AmbiguousError,
  type ErrorCode,
  type ErrorDetails,
  type FailedRequest,
  type MissingRight,
  NotPermittedError,
  type Outcome,
  PlatformError,
  RequestIdUsedError,
  type Restatement,
  type Subject,
  UnknownOutcomeError,
} from "./errors.ts";
export type { Collected, CollectOptions } from "./exec/collect.ts";
export type { Capped } from "./exec/head-tail.ts";
export type { AttachOptions, ExecOptions, Message, ProcessStream } from "./exec/index.ts";
export { isFullId, type StatusOutcome } from "./find/index.ts";
export type { ListFilter } from "./find/list.ts";
export type { ForwardOptions, PortForward } from "./forward.ts";
export { mayHaveFailedLate, mayHaveHappened } from "./http/network-error.ts";
export { proxyInUse } from "./http/proxies.ts";
export { Retry } from "./http/retry.ts";
export * from "./job.ts";
export type { Jobs } from "./jobs.ts";
export { isTimeout, Limit, msLeft } from "./limit.ts";
export { findLogin, loginFromPassedConfig } from "./login/find.ts";
export { type Login, type LoginSource, tokenEndMs } from "./login/login.ts";
export { type Cursor, SameTime } from "./logs/cursor.ts";
export type { FollowOptions } from "./logs/follow.ts";
export type { LogLine } from "./logs/lines.ts";
export type { Cut } from "./logs/long-line.ts";
export type { LogReader, LogScan, ScanOptions } from "./logs/scan.ts";
export type { Passed, Sieve } from "./logs/sieved.ts";
export type { MonitorOptions } from "./logs/stream.ts";
export type { LogTail, TailOptions } from "./logs/tail.ts";
export type { CountingSieve, Ending } from "./logs/window.ts";
export { imageToString } from "./names/images.ts";
export { type Base, type JobUri, parseJobUri, readableUri } from "./names/uris.ts";
export type {
  ObservedRequest,
  PlatformObserver,
  RequestEnd,
  RequestUnderWay,
} from "./observer.ts";
export {
  type ConnectOptions,
  connectPlatform,
  type Platform,
  type ServerOptions,
  type UserPlatform,
} from "./platform.ts";
export type { SaveStep } from "./save.ts";
export { Seats } from "./socket/seats.ts";
export type { ContainerOptions, JobOptions, StartOptions, WireStartBody } from "./start/body.ts";
export type { RunOptions, StartPlan } from "./start/index.ts";
export { nameTaken } from "./start/name-taken.ts";
export type { OnceOptions, Started } from "./start/once.ts";
export { askedTag, isOwnTag } from "./start/same-request.ts";
export { byAge, requestTag } from "./start/tagged.ts";
export { type SentStart, startKey } from "./start/under-way.ts";
export type { StoredKind } from "./stored.ts";
export type { TopOptions } from "./telemetry.ts";
