import { Audit } from "./audit.ts";
import { observerOf, type Reader } from "./index.ts";
import type { Metrics } from "./metrics.ts";
import { passOn } from "./pass-on.ts";

/** Where an SDK of OpenTelemetry registers itself, for every copy of its API. */
const REGISTERED = Symbol.for("opentelemetry.js.api.1");

interface Wanted {
  /** The file in which changes are noted. */
  audit?: string | undefined;
  metrics?: boolean;
}

/** Opens what was asked for, and spans where an SDK was loaded before. @throws where the audit file cannot be written */
export async function openObservers({ audit: path, metrics: isCounted = false }: Wanted) {
  const audit = path === undefined ? undefined : openAudit(path);
  const reopen = () => audit?.reopen();
  if (audit !== undefined) process.on("SIGUSR2", reopen);
  const metrics = isCounted ? await counting() : undefined;
  const readers = [audit, metrics, await tracing()].filter((reader) => reader !== undefined);
  return {
    observer: observerOf(readers),
    metrics,
    close(): void {
      process.off("SIGUSR2", reopen);
      audit?.close();
    },
  };
}

function openAudit(path: string): Audit {
  try {
    return new Audit(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`--audit: ${path} cannot be opened to append to it: ${why}`, { cause });
  }
}

async function counting(): Promise<Metrics> {
  const { openMetrics } = await import("./metrics.ts");
  return openMetrics();
}

async function tracing(): Promise<Reader> {
  // Something else may be registered there, or what was may have been taken out again.
  const registered: unknown = Reflect.get(globalThis, REGISTERED);
  if (Object(registered).trace === undefined) return passOn;
  const { openSpans } = await import("./spans.ts");
  return openSpans();
}
