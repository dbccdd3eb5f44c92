import type { Place, Platform } from "../client/index.ts";
import type { JobIdentity } from "../jobs/identity.ts";
import { makeRedactor, type Redact } from "../jobs/redact/index.ts";
import { isUnmistakable, jobSecrets } from "../jobs/redact/job.ts";
import type { Signalled } from "../jobs/signals.ts";
import { Confirmations } from "./confirmations.ts";
import { Cursors } from "./cursors.ts";
import type { DownloadFolder, Transfer } from "./files/folder.ts";
import type { ChangedJob, Observer } from "./observer.ts";
import { Runs } from "./runs.ts";
import type { SaveRun } from "./save/run.ts";
import { Seals } from "./seals.ts";
import { Suggestions } from "./suggestions.ts";
import { Tasks } from "./tasks.ts";
import { Watcher } from "./watch/index.ts";

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
  /** Take the value of a secret as an argument of a start or a command. */
  allowPlainSecrets?: boolean | undefined;
  /** Where files of jobs may be saved on this machine; absent where nowhere. */
  downloads?: DownloadFolder | undefined;
  /** Exact values that never leave, beside the login's tokens: secrets of the server's own environment. */
  secrets: readonly string[];
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

/** One identity under one policy, and all that outlives a single call of it. Its sessions share it. */
export interface Caller {
  readonly platform: Platform;
  readonly policy: Policy;
  /** Is told of each call; absent where nobody wants to know. */
  readonly observer?: Observer | undefined;
  /** Looks at what somebody watches: once, however many do. */
  readonly watcher: Watcher;
  readonly suggestions: Suggestions;
  readonly confirmations: Confirmations;
  readonly cursors: Cursors;
  readonly tasks: Tasks;
  /** The last signal that a job was sent, by its id. */
  readonly signals: Map<string, Signalled>;
  /** By local port. */
  readonly forwards: Map<string, OpenForward>;
  /** Saves, by job id and image. */
  readonly saves: Runs<SaveRun>;
  /** Files that come to this machine, by job, path and name. */
  readonly transfers: Runs<Promise<Transfer>>;
  /** Ends what is still running for it; the platform stays open. */
  close(): Promise<void>;
}

export interface CallerOptions {
  /** Hears of what only a bug can cause while nobody waits for an answer. */
  onBug?: (error: unknown) => void;
  observer?: Observer | undefined;
}

/** Whoever opens a caller closes it. */
export function openCaller(
  platform: Platform,
  policy: Policy,
  { onBug = warn, observer }: CallerOptions = {},
): Caller {
  const watcher = new Watcher(platform, onBug);
  const forwards = new Map<string, OpenForward>();
  const saves = new Runs<SaveRun>();
  const transfers = new Runs<Promise<Transfer>>();
  const seals = new Seals(
    (purpose) => platform.keyFor(purpose),
    (purpose) => platform.formerKeysFor(purpose),
  );
  return {
    platform,
    observer,
    policy: { ...policy, secrets: policy.secrets.filter(isUnmistakable) },
    watcher,
    suggestions: new Suggestions(platform),
    confirmations: new Confirmations(seals),
    cursors: new Cursors(seals),
    tasks: new Tasks(seals),
    signals: new Map(),
    forwards,
    saves,
    transfers,
    async close() {
      watcher.close();
      for (const save of saves.going()) save.stop();
      await Promise.all([
        ...Array.from(forwards.values(), (forward) => forward.close()),
        ...transfers.going().map((transfer) => stopTransfer(transfer)),
      ]);
    },
  };
}

/** One that could not be begun was told so to whoever asked. */
async function stopTransfer(begun: Promise<Transfer>): Promise<void> {
  const transfer = await begun.catch(() => undefined);
  await transfer?.stop();
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}

/** The same caller where another place is selected; it is closed with the first one. */
export function inPlace(caller: Caller, place: Place): Caller {
  const platform = caller.platform.at(place);
  return { ...caller, platform, suggestions: new Suggestions(platform) };
}

/** What came of asking a person; `unable` where nobody could be asked, `moving` where no yes was for what is there now. */
export interface Consent {
  answer: "yes" | "no" | "unanswered" | "unable" | "moving";
  /** Stands for what was asked about; absent where nothing was. */
  token?: string;
  /** What a yes is for; absent where nothing was asked. */
  about?: readonly string[];
}

/** What an operation is given that only reads. */
export type Asking = Pick<Call, "caller" | "signal">;

/** One call of a caller: what an operation is given. */
export interface Call {
  caller: Caller;
  /** Fires when the caller cancels the call or goes away, and when its time is over. */
  signal: AbortSignal;
  /** Tells a waiting caller how far the call is, and which part of 1 is done; nothing where the caller did not ask. */
  progress(message: string, share?: number): void;
  /** Notes that a job is about to be changed, or may have been: for the record of what was done. */
  changing(job: ChangedJob): void;
  /** Selects another place for the calls that follow in this session; absent where each call stands alone. */
  select?: ((place: Place) => Caller) | undefined;
  /** Absent where a person can be asked and was not yet: the call is made again with the answer. */
  consent?: Consent | undefined;
  /** The person was asked, and only what it is about is looked at once more: nobody reads what else was found. */
  wasAsked?: boolean | undefined;
}

/** Hides secrets in what these jobs print, the values of their own environment and `more` among them. */
export function redactorFor(
  { policy }: Pick<Caller, "policy">,
  jobs: readonly Parameters<typeof jobSecrets>[0][],
  more: readonly string[] = [],
): Redact {
  return makeRedactor([...policy.secrets, ...jobs.flatMap(jobSecrets), ...more]);
}
