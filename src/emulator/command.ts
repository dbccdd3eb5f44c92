import { type Emulator, type EmulatorOptions, startEmulator } from "./index.ts";

export { startEmulator };

export interface EmulatorFlags
  extends Pick<EmulatorOptions, "port" | "host" | "token" | "scene" | "memoryGroup"> {
  data?: string | undefined;
  chaos?: string | undefined;
  /** MiB of output kept of each job. */
  logLimit?: number | undefined;
  json?: boolean | undefined;
}

export interface CommandIo {
  write(text: string): void;
  warn(text: string): void;
  /** Resolves when the command is to end; called once it runs. */
  untilTold(): Promise<void>;
}

export function emulatorOptions(flags: EmulatorFlags): EmulatorOptions {
  const { data, chaos, logLimit, json: _json, ...same } = flags;
  const logLimitBytes = logLimit === undefined ? undefined : Math.ceil(logLimit * 2 ** 20);
  return { ...same, dataDir: data, chaosFile: chaos, logLimitBytes };
}

/** Runs the emulator alone until told to end; resolves when nothing of it is left. @throws {Error} if it cannot start. */
export async function runEmulator(
  flags: EmulatorFlags,
  { write, warn, untilTold }: CommandIo,
): Promise<void> {
  const emulator = await startEmulator(emulatorOptions(flags));
  try {
    for (const text of emulator.warnings) warn(`${text}\n`);
    const { url, token, passedConfig, cluster, org, project } = emulator;
    const facts = { url, token, passed_config: passedConfig, cluster, org, project };
    write(flags.json === true ? `${JSON.stringify(facts)}\n` : greeting(emulator, flags));
    await untilTold();
  } finally {
    await emulator.close();
  }
}

function greeting(emulator: Emulator, { data }: EmulatorFlags): string {
  const { url, token, passedConfig, user, cluster, org, project, isolated, limited } = emulator;
  return [
    `The emulated platform is at ${url}`,
    `  user ${user}, cluster ${cluster}, org ${org}, project ${project}`,
    isolated
      ? "  jobs run isolated (bubblewrap)"
      : "  jobs run unisolated: bubblewrap is not installed, so a job that mounts something is refused",
    limited
      ? "  the system keeps each job within its memory (control group)"
      : "  each job's memory is watched: one that takes it fast can have more for a moment",
    data === undefined ? "  everything is forgotten at the end" : `  everything is kept in ${data}`,
    "",
    "Log in with the official client:",
    `  apolo config login-with-token ${token} ${url}`,
    "or start any program with",
    `  APOLO_PASSED_CONFIG=${passedConfig}`,
    "",
    "Ctrl-C ends it and every job in it.",
    "",
  ].join("\n");
}
