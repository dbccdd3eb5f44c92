import { parseJson } from "../json.ts";
import type { CallOptions, Where } from "./call.ts";
import { type Connection, checkId, monitoringUrl, type OnJob } from "./connection.ts";
import { PlatformError } from "./errors.ts";
import type { JobTelemetry } from "./job.ts";
import { salvage } from "./records/salvage.ts";
import { wireTelemetry } from "./wire/frames.ts";

/** In a row, before anything that can be read: then there is nothing to wait for. */
const MOST_ODD = 5;

/** Which job, and what becomes of odd measurements. */
export interface TopOptions {
  where?: Where | undefined;
  /** Called for each measurement that cannot be read; it is left out. */
  onUnreadable?: ((error: PlatformError) => void) | undefined;
}

/**
 * Measurements of a running job, about one a second, until it ends. @throws {PlatformError} `not_running` when
 * it ends before the first one · `platform_error` when telemetry fails. Source: protocol reference 4.8.
 */
export async function* topOfJob(
  at: Connection,
  { id, options: { where, onUnreadable } }: OnJob<TopOptions>,
  call?: CallOptions,
): AsyncGenerator<JobTelemetry, void> {
  const url = await monitoringUrl(at, { where, parts: [checkId(id), "top"] }, call);
  const socket = await at.sockets.open({ what: `Measuring ${id}`, url, ping: false, isRead: true }, call);
  let count = 0;
  let oddCount = 0;
  let odd: PlatformError | undefined;
  try {
    for (let frame = await socket.next(); frame !== undefined; frame = await socket.next()) {
      const found = toTelemetry(frame.isBinary ? undefined : frame.data.toString("utf8"));
      count += 1;
      if (!(found instanceof PlatformError)) {
        yield found;
        continue;
      }
      odd = found;
      oddCount += 1;
      if (oddCount === count && oddCount >= MOST_ODD) throw odd;
      onUnreadable?.(found);
    }
  } finally {
    socket.close();
  }
  if (odd !== undefined && oddCount === count) throw odd;
  if (count === 0)
    throw new PlatformError("not_running", `Job ${id} is not running, so there is nothing to measure.`);
}

function toTelemetry(text: string | undefined): JobTelemetry | PlatformError {
  const { value, unread } = salvage(wireTelemetry, text === undefined ? undefined : parseJson(text), {});
  if (value === undefined) {
    const what = unread.join(", ") || "all of it";
    return new PlatformError(
      "protocol_error",
      `The platform sent a measurement that cannot be read (${what}).`,
    );
  }
  const { cpu, memory_bytes, timestamp, gpu_duty_cycle, gpu_memory_bytes } = value;
  return {
    cpu,
    memory_bytes,
    timestamp,
    ...(typeof gpu_duty_cycle === "number" ? { gpu_duty_cycle } : {}),
    ...(typeof gpu_memory_bytes === "number" ? { gpu_memory_bytes } : {}),
  };
}
