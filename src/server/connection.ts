import type { Caller, Consent } from "../operations/caller.ts";

/** How long calls may take, in milliseconds. */
export interface Limits {
  /** For a whole call, from its beginning; one that is to wait may take a little longer than it waits. */
  callMs: number;
}

/** Clients give up after 60 s, some after 45 s. */
export const LIMITS: Limits = { callMs: 44_000 };

/** The other side of a session, in whatever way the protocol reaches it. */
export interface Client {
  /** Whether a person can be asked. */
  canAsk(): boolean;
  /** Asks the person, for at most `ms`. */
  ask(question: string, ms: number): Promise<Consent["answer"]>;
  /** Tells that a resource changed. */
  updated(uri: string): Promise<void>;
  /** Tells that there are other resources now. */
  listChanged(): Promise<void>;
}

/** One request of the client. */
export interface Request {
  /** Fires when it is cancelled. */
  signal: AbortSignal;
}

/** What the handlers of one MCP session share. */
export interface Connection {
  caller: Caller;
  client: Client;
  limits: Limits;
  /** Whether the agent works on this machine. */
  isLocal: boolean;
  /** Fires when the session ends: whatever is still running for it stops. */
  closing: AbortSignal;
  /** The last line of defence for all that leaves: no known secret, no character that would not be seen. */
  scrub(text: string): string;
}
