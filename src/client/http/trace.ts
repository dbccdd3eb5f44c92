import { randomFillSync } from "node:crypto";

const BYTES_PER_CALL = 20;
/** Random bytes are drawn for many calls at once: one draw costs as much as the rest of a request's headers. */
const pool = Buffer.alloc(BYTES_PER_CALL * 256);
let used = pool.length;

/** Fresh tracing headers, as the official client sends them on API calls. Source: protocol reference 2.2. */
export function traceHeaders(): { b3: string; "sentry-trace": string } {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const random = pool.toString("hex", used, used + BYTES_PER_CALL);
  used += BYTES_PER_CALL;
  const ids = `${seconds.padStart(8, "0")}${random.slice(0, 24)}-${random.slice(24)}`;
  return { b3: ids, "sentry-trace": `${ids}-` };
}
