import type { Reader } from "./index.ts";
import { currentTrace, type Trace } from "./trace.ts";

/** Source: W3C Trace Context, 3.2. */
const PARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const STATE = /^[\x20-\x7e]{1,512}$/;

/** Hands the trace of a call on to the platform, so that both ends of it connect although nothing is recorded here. */
export const passOn: Reader = {
  call({ meta }) {
    const trace = traceIn(meta);
    return trace === undefined ? {} : { run: (work) => currentTrace.run(trace, work) };
  },
  request: () => ({ headers: currentTrace.getStore()?.headers ?? {} }),
};

function traceIn({ traceparent, tracestate }: Readonly<Record<string, unknown>> = {}): Trace | undefined {
  const id = typeof traceparent === "string" ? PARENT.exec(traceparent)?.[1] : undefined;
  if (typeof traceparent !== "string" || id === undefined) return undefined;
  const state = typeof tracestate === "string" && STATE.test(tracestate) ? { tracestate } : {};
  return { id, headers: { traceparent, ...state } };
}
