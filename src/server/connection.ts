import type { Call, Caller } from "../operations/caller.ts";
import type { Person } from "./asking.ts";

/** The other side of a session, in whatever way the protocol reaches it. */
export interface Client {
  /** Tells that a resource changed. */
  updated(uri: string): Promise<void>;
  /** Tells that there are other resources now. */
  listChanged(): Promise<void>;
}

/** One request of the client. */
export interface Request {
  /** Fires when it is cancelled. */
  signal: AbortSignal;
  /** Whom to ask; absent where nobody can be asked. */
  person?: Person | undefined;
  /** Who the client says that it is. */
  client?: { name: string; version: string } | undefined;
  _meta?: { progressToken?: string | number | undefined; [key: string]: unknown } | undefined;
}

/** What the handlers of one MCP session share. */
export interface Connection {
  /** Works where the session has selected to. */
  readonly caller: Caller;
  /** What it has selected; absent where the login's own place is. */
  readonly place: string | undefined;
  /** Selects it; absent where requests have no session. */
  readonly select: Call["select"];
  client: Client;
  /** How long a call may take from its beginning, in milliseconds; one that waits may take a little longer than that. */
  callMs: number;
  /** Whether the agent works on this machine. */
  isLocal: boolean;
  /** Whether the client says what it wants to be told of, so that nothing is told unasked. */
  listens(): boolean;
  /** Fires when the session ends: whatever is still running for it stops. */
  closing: AbortSignal;
  /** The last defence for everything that leaves: no known secret, no invisible character. */
  scrub(text: string): string;
}
