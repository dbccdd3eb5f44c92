import { randomBytes } from "node:crypto";

/** Fresh tracing headers, as the official client sends them on API calls. Source: protocol reference 2.2. */
export function traceHeaders(): Record<string, string> {
  const seconds = Math.floor(Date.now() / 1000)
    .toString(16)
    .padStart(8, "0");
  const random = randomBytes(20).toString("hex");
  const traceId = seconds + random.slice(0, 24);
  const spanId = random.slice(24, 40);
  return { b3: `${traceId}-${spanId}`, "sentry-trace": `${traceId}-${spanId}-` };
}
