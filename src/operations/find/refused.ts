import { type JobDescription, PlatformError } from "../../client/index.ts";
import type { UnknownProject } from "../../jobs/names/near.ts";
import type { NextCall } from "../../jobs/next-call.ts";

/** Refs that name no job, or several, and why. */
export interface Unresolved {
  ref: string;
  error: PlatformError;
}

/** A job of the name in another of the caller's projects. */
export interface FoundElsewhere {
  job: JobDescription;
  /** As the `project` argument takes it. */
  project: string;
  isMine: boolean;
  call: NextCall;
}

/** What may help where a ref names no job. */
export type RefHint =
  | { reason: "newest" | "search"; call: NextCall }
  | { reason: "elsewhere"; found: readonly FoundElsewhere[] }
  | { reason: "unknown_project"; project: UnknownProject }
  /** A place stands in front of the name: a project of the caller's, or one that nobody knows. */
  | { reason: "known_place"; name: string; project: string; uri: string }
  | { reason: "unknown_place"; uri: string; call: NextCall }
  /** It was sought at an address. */
  | { reason: "address" }
  | { reason: "several"; failed: readonly Unresolved[] };

type Restatement = Parameters<PlatformError["restate"]>[0];

/** A ref names no job, or a place no project: the message says what was found instead, the hints what to try. */
export class UnresolvedError extends PlatformError {
  override readonly name = "UnresolvedError";
  readonly hints: readonly RefHint[];

  constructor(
    error: PlatformError,
    hints: readonly RefHint[],
    { message = error.message, outcome = error.outcome }: Partial<Restatement> = {},
  ) {
    super(error.code, message, { cause: error, outcome, about: error.about });
    this.hints = hints;
  }

  override restate(said: Restatement): UnresolvedError {
    return new UnresolvedError(this, this.hints, said);
  }
}

/** Why a job is left as it is. `again` is how another call names it. */
export type Refusal =
  | { reason: "not_running" | "between_starts" | "no_process"; job: JobDescription; again: string }
  | { reason: "no_life_span"; job: JobDescription }
  | { reason: "not_started_here"; jobs: readonly JobDescription[] }
  /** Somebody else's, and not named beyond doubt; `certain` does. */
  | { reason: "doubtful"; jobs: readonly JobDescription[]; certain: Certain };

/** Names that leave no doubt; `mayAddOthers`: the tool has an argument for other people's jobs. */
type Certain = { job: string } | { jobs: string[]; mayAddOthers: boolean };

const CODES = {
  not_running: "not_running",
  between_starts: "not_running",
  no_process: "not_running",
  no_life_span: "invalid_argument",
  not_started_here: "not_owned",
  doubtful: "not_owned",
} as const satisfies Record<Refusal["reason"], string>;

/** Nothing was changed, for a reason that is put into words where it is told. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly code: (typeof CODES)[Refusal["reason"]];
  readonly refusal: Refusal;

  constructor(refusal: Refusal, cause?: unknown) {
    super(refusal.reason, { cause });
    this.code = CODES[refusal.reason];
    this.refusal = refusal;
  }
}
