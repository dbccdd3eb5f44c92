import type { WebSocket } from "ws";
import type { ApiContext } from "../context.ts";
import { pythonJson } from "../http/answer.ts";
import type { Usage } from "../run/launch.ts";
import { isFinished, type JobRecord } from "../state/job.ts";
import type { SocketRoute } from "./route.ts";

const INTERVAL_MS = 1000;
/** A variable of a job: how busy its GPUs look. */
const GPU_PERCENT = "EMULATED_GPU_PERCENT";
const MIB = 1024 * 1024;
/** Longest reason a WebSocket can close with. */
const REASON_BYTES = 123;

/** Source: protocol reference 4.8. */
export function topRoute({ lifecycle, clock }: ApiContext): SocketRoute {
  const tell = async (job: JobRecord, socket: WebSocket, open: AbortSignal) => {
    while (!(isFinished(job) || open.aborted)) {
      const usage = await lifecycle.running(job.id)?.usage();
      if (usage !== undefined) socket.send(pythonJson(telemetry(job, usage, clock.nowMs())));
      await lifecycle.change(job.id, open, INTERVAL_MS);
    }
  };
  return {
    path: "/:id/top",
    methods: ["GET"],
    permission: "read",
    protocols: ["top.apolo.us"],
    heartbeatMs: 0,
    open: async ({ job }) => {
      return async (socket, open) =>
        tell(job, socket, open).catch((error: unknown) => {
          const text = error instanceof Error ? error.message : String(error);
          socket.close(1011, Buffer.from(text).subarray(0, REASON_BYTES));
        });
    },
  };
}

/** GPUs are simulated: they look as busy as the job's processors, or as its environment says. */
function telemetry({ container }: JobRecord, { cpuCores, memoryBytes }: Usage, nowMs: number) {
  const { cpu, nvidia_gpu, amd_gpu, intel_gpu } = container.resources;
  const { [GPU_PERCENT]: said = Number.NaN } = container.env;
  const percent = Number.isNaN(Number(said)) ? (100 * cpuCores) / Math.max(cpu, 0.1) : Number(said);
  const bytes = Math.round(memoryBytes);
  const load = Math.min(100, Math.round(percent));
  const hasGpu = (nvidia_gpu ?? amd_gpu ?? intel_gpu ?? 0) > 0;
  return {
    cpu: Math.round(cpuCores * 1000) / 1000,
    memory: Math.floor(bytes / MIB),
    memory_bytes: bytes,
    timestamp: nowMs / 1000,
    gpu_duty_cycle: hasGpu ? load : undefined,
    gpu_memory: hasGpu ? Math.floor(bytes / MIB) : undefined,
    gpu_memory_bytes: hasGpu ? bytes : undefined,
  };
}
