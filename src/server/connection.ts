import type { Caller, Consent } from "../operations/caller.ts";

/** How long calls may take, in milliseconds. */
export interface Limits {
  /** For a whole call, from its beginning; one that is to wait may take a little longer than it waits. */
  callMs: number;
}

/** Clients give up after 60 s, some after 45 s. */
export const LIMITS: Limits = { callMs: 44_000 };

/** What the handlers of one MCP session share. */
export interface Connection {
  caller: Caller;
  limits: Limits;
  /** Fires when the session ends: whatever is still running for it stops. */
  closing: AbortSignal;
  /** Whether a person can be asked. */
  canAsk(): boolean;
  /** Asks the person, for at most `ms`. */
  ask(question: string, ms: number): Promise<Consent["answer"]>;
  /** The last line of defence for all that leaves: no known secret, no character that would not be seen. */
  scrub(text: string): string;
}
