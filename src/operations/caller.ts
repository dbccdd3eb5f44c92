import type { JobDescription, Platform } from "../client/index.ts";
import type { JobIdentity } from "../jobs/identity.ts";
import { isUnmistakable } from "../jobs/redact/job-secrets.ts";
import type { SaveRun } from "./save/run.ts";

/** `no-destroy` leaves out what ends work, `read-only` everything that changes anything. */
type Mode = "full" | "no-destroy" | "read-only";

/** What whoever runs the server allows an agent to do. Absent limits are no limits. */
export interface Policy {
  mode: Mode;
  toolset: "core" | "all";
  /** Worst case (price × life span) of one job, in credits. */
  maxCreditsPerJob?: number | undefined;
  /** Prices of all running jobs that this server started, in credits per hour. */
  maxCreditsPerHour?: number | undefined;
  /** Active jobs that this server started. */
  maxJobs?: number | undefined;
  /** Write only to jobs that this server started. */
  ownedOnly: boolean;
  /** Exact values that never leave, beside the login's tokens: secrets of the server's own environment. */
  secrets: readonly string[];
}

/** A kill that was shown and waits to be confirmed. */
export interface PendingKill {
  /** As they were listed. */
  jobs: JobDescription[];
  /** Some of those that fitted the selection and are left alone. */
  skipped: JobDescription[];
  skippedCount: number;
  expiresAtMs: number;
}

/** A local port that leads into a job. */
export interface OpenForward {
  job: JobIdentity;
  /** In the job. */
  port: number;
  localPort: number;
  /** Connections that could not be carried. */
  failures: number;
  close(): Promise<void>;
}

/** What lives as long as one MCP session. */
export interface Session {
  readonly policy: Policy;
  readonly pendingKills: Map<string, PendingKill>;
  /** When this server sent a job a SIGKILL, by its id: Unix milliseconds. */
  readonly signals: Map<string, number>;
  /** By local port. */
  readonly forwards: Map<string, OpenForward>;
  /** Saves on their way, by job id and image. */
  readonly saves: Map<string, SaveRun>;
}

export function newSession(policy: Policy): Session {
  const secrets = policy.secrets.filter(isUnmistakable);
  return {
    policy: { ...policy, secrets },
    pendingKills: new Map(),
    signals: new Map(),
    forwards: new Map(),
    saves: new Map(),
  };
}

/** What a person said to a question; `unable` where nobody could be asked. */
export type Consent = "yes" | "no" | "unanswered" | "unable";

/** One call of a session: what an operation is given. */
export interface Call {
  platform: Platform;
  session: Session;
  /** Fires when the caller cancels the call or goes away, and when its time is over. */
  signal: AbortSignal;
  /** Tells a waiting caller how far the call is; does nothing where the caller did not ask. */
  progress(message: string): void;
  confirm(question: string): Promise<Consent>;
}
