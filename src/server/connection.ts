import type { Platform } from "../client/index.ts";
import type { Session } from "../tools/session.ts";

/** What the handlers of one MCP session share. */
export interface Connection {
  platform: Platform;
  session: Session;
  /** Fires when the session ends: whatever is still running for it stops. */
  closing: AbortSignal;
  confirm(question: string): Promise<"yes" | "no" | "unable">;
  /** Replaces every exact secret value; the last line of defence for all that leaves. */
  scrub(text: string): string;
}
