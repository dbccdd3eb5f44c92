import { Audit } from "./audit.ts";
import { observerOf, type Reader } from "./index.ts";
import { passOn } from "./pass-on.ts";

/** Where an SDK of OpenTelemetry registers itself, for every copy of its API. */
const REGISTERED = Symbol.for("opentelemetry.js.api.1");

/** Opens what was asked for, and spans where an SDK was loaded before. @throws where the audit file cannot be written */
export async function openObservers({ audit: path }: { audit?: string | undefined }, more: Reader[] = []) {
  const audit = path === undefined ? undefined : openAudit(path);
  if (audit !== undefined) process.on("SIGUSR2", () => audit.reopen());
  return observerOf([...(audit === undefined ? [] : [audit]), ...more, await tracing()]);
}

function openAudit(path: string): Audit {
  try {
    return new Audit(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`--audit: ${path} cannot be opened to append to it: ${why}`, { cause });
  }
}

async function tracing(): Promise<Reader> {
  if (!(REGISTERED in globalThis)) return passOn;
  const { openSpans } = await import("./spans.ts");
  return openSpans();
}
