import { z } from "zod";
import { wireAmount, wireSpan } from "./numbers.ts";

/** First byte of every message on `exec` and `attach`. Source: protocol reference 4.4. */
export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, exit: 3, resize: 4 } as const;

/** Payload of an exit frame. */
export const wireExit = z.object({ exit_code: z.number().int(), message: z.string().optional() });
export type WireExit = z.infer<typeof wireExit>;

/** Largest WebSocket message either side accepts. Source: protocol reference 2.5. */
export const MAX_FRAME_BYTES = 4 * 1024 * 1024;

/** One message of `top`. Source: protocol reference 4.8. */
export const wireTelemetry = z.object({
  cpu: wireAmount,
  memory_bytes: wireAmount,
  timestamp: wireSpan,
  gpu_duty_cycle: wireAmount.nullish(),
  gpu_memory_bytes: wireAmount.nullish(),
});
