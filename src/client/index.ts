/** The only door of the client of the platform's jobs subsystem. */

export { type CallOptions, pause, type Where } from "./call.ts";
export { type Cluster, type PlatformContext, type Project, unreadableText } from "./clusters.ts";
export type { Collected, CollectOptions } from "./collect.ts";
export {
  AmbiguousError,
  type ErrorCode,
  type FailedRequest,
  type MissingRight,
  NotPermittedError,
  type Outcome,
  PlatformError,
  UnknownOutcomeError,
} from "./errors.ts";
export type { AttachOptions, ExecOptions, Message, ProcessStream } from "./exec.ts";
export { isFullId, type StatusOutcome } from "./find.ts";
export type { FollowOptions } from "./follow.ts";
export type { ForwardOptions, PortForward } from "./forward.ts";
export type { Capped } from "./head-tail.ts";
export { imageToString, parseImage } from "./images.ts";
export * from "./job.ts";
export type { Jobs } from "./jobs.ts";
export { parseLifeSpan } from "./life-span.ts";
export { Limit, msLeft } from "./limit.ts";
export type { LogLine } from "./lines.ts";
export type { ListFilter } from "./list.ts";
export { findLogin } from "./login/find.ts";
export type { Login, LoginSource } from "./login/login.ts";
export { loginFromPassedConfig } from "./login/passed-config.ts";
export type { MonitorOptions } from "./logs.ts";
export { mayHaveHappened } from "./network-error.ts";
export { type OnceOptions, requestTag, type Started } from "./once.ts";
export { type ConnectOptions, connectPlatform, type Platform } from "./platform.ts";
export { type Gpu, type Preset, preset } from "./preset.ts";
export { Retry } from "./retry.ts";
export type { RunOptions } from "./run.ts";
export { isOwnTag } from "./same-request.ts";
export { type Cursor, SameTime } from "./same-time.ts";
export type { SaveStep } from "./save.ts";
export type { StartPlan } from "./start.ts";
export type { StartOptions, WireStartBody } from "./start-body.ts";
export { startKey } from "./starts.ts";
export type { LogTail, TailOptions } from "./tail.ts";
export { type JobUri, parseJobUri, readableUri } from "./uris.ts";
export { parseVolumes } from "./volumes.ts";
