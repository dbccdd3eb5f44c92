import { PassThrough } from "node:stream";
import type { LogStore } from "../../../src/emulator/logs/store.ts";
import type { Runner } from "../../../src/emulator/run/index.ts";
import type { RunningJob } from "../../../src/emulator/run/job-process.ts";
import type { Ending, Launch } from "../../../src/emulator/run/launch.ts";

/** A process that ends when the test says so. */
interface ScriptedJob {
  launch: Launch;
  print(text: string): void;
  end(ending?: Partial<Ending>): void;
  signals: string[];
}

/** A runner of no processes, for tests of what happens around them. */
export interface ScriptedRunner extends Runner {
  jobs: ScriptedJob[];
}

export function scriptedRunner({ isolated = true } = {}): ScriptedRunner {
  const jobs: ScriptedJob[] = [];
  return {
    jobs,
    isolated,
    limited: false,
    start(launch) {
      const listeners = new Set<(stream: "stdout" | "stderr", chunk: Buffer) => void>();
      let finish: (ending: Ending) => void = () => undefined;
      const ended = new Promise<Ending>((resolve) => {
        finish = resolve;
      });
      const signals: string[] = [];
      jobs.push({
        launch,
        signals,
        print: (text) => {
          for (const listener of listeners) listener("stdout", Buffer.from(text));
        },
        end: (ending = {}) => finish({ exitCode: 0, oomKilled: false, ...ending }),
      });
      return {
        pid: jobs.length,
        onOutput(listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
        hold: () => () => undefined,
        stdin: new PassThrough(),
        resize: () => undefined,
        exec: () => {
          throw new Error("not scripted");
        },
        usage: async () => ({ cpuCores: 0, memoryBytes: 0 }),
        connect: async () => {
          throw new Error("not scripted");
        },
        kill(signal) {
          signals.push(signal);
          finish({ exitCode: signal === "SIGKILL" ? 137 : 143, oomKilled: false });
        },
        ended,
      } satisfies RunningJob;
    },
    close: async () => {
      for (const job of jobs) job.end({ exitCode: 137 });
    },
  };
}

/** Logs in memory, read whole. */
export function memoryLogs(): LogStore & { text(jobId: string): string } {
  const texts = new Map<string, string>();
  const text = (jobId: string) => texts.get(jobId) ?? "";
  return {
    text,
    append: (jobId, chunk) => void texts.set(jobId, text(jobId) + Buffer.from(chunk).toString()),
    endLine: () => undefined,
    fill: (jobId, lines) => {
      for (const line of lines) texts.set(jobId, `${text(jobId)}${line.text}\n`);
    },
    isLive: (jobId) => texts.has(jobId),
    range: (jobId) => ({ start: 0, end: Buffer.byteLength(text(jobId)) }),
    async *read(jobId) {
      yield Buffer.from(text(jobId));
    },
    async *follow(jobId) {
      yield Buffer.from(text(jobId));
    },
    end: () => undefined,
    remove: async (jobId) => void texts.delete(jobId),
    close: async () => undefined,
  };
}
