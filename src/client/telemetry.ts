import type { CallOptions, Where } from "./call.ts";
import { type Connection, checkId, monitoringUrl } from "./connection.ts";
import { PlatformError } from "./errors.ts";
import type { JobTelemetry } from "./job.ts";
import { wireTelemetry } from "./wire/frames.ts";

/**
 * Measurements of a running job, about one a second, until it ends. @throws {PlatformError} `not_running` when
 * it ends before the first one · `platform_error` when telemetry fails. Source: protocol reference 4.8.
 */
export async function* topOfJob(
  at: Connection,
  { id, where }: { id: string; where: Where | undefined },
  call?: CallOptions,
): AsyncGenerator<JobTelemetry, void> {
  const url = await monitoringUrl(at, { where, parts: [checkId(id), "top"] }, call);
  const socket = await at.sockets.open({ what: `Measuring ${id}`, url, ping: false }, call);
  let count = 0;
  try {
    for (let frame = await socket.next(); frame !== undefined; frame = await socket.next()) {
      count += 1;
      yield toTelemetry(frame.isBinary ? undefined : frame.data.toString("utf8"));
    }
  } finally {
    socket.close();
  }
  if (count === 0)
    throw new PlatformError("not_running", `Job ${id} is not running, so there is nothing to measure.`);
}

function toTelemetry(text: string | undefined): JobTelemetry {
  const found = wireTelemetry.safeParse(text === undefined ? undefined : tryJson(text));
  if (!found.success)
    throw new PlatformError("protocol_error", "The platform sent a measurement of an unknown shape.", {
      cause: found.error,
    });
  const { cpu, memory_bytes, timestamp, gpu_duty_cycle, gpu_memory_bytes } = found.data;
  return {
    cpu,
    memory_bytes,
    timestamp,
    ...(typeof gpu_duty_cycle === "number" ? { gpu_duty_cycle } : {}),
    ...(typeof gpu_memory_bytes === "number" ? { gpu_memory_bytes } : {}),
  };
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
