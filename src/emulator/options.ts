import { isLoopback } from "./http/same-site.ts";
import type { Timing } from "./lifecycle/timing.ts";
import type { Project } from "./state/platform.ts";

export interface EmulatorOptions {
  /** 0, the default, takes a free one. */
  port?: number | undefined;
  /** Loopback by default; anything else needs `token`. */
  host?: string | undefined;
  /** The first user's token. A text that is not a JWT becomes the key that tokens are signed with. */
  token?: string | undefined;
  /** Where jobs, logs, secrets, disks and users are kept; a temporary folder that goes away, if absent. */
  dataDir?: string | undefined;
  /** What to begin with; see the scenes. */
  scene?: string | undefined;
  chaosFile?: string | undefined;
  /** Bytes of output kept of each job; 1 GiB if absent. */
  logLimitBytes?: number | undefined;
  timing?: Partial<Timing> | undefined;
  /** Size of each GPU pool; 2 if absent. */
  gpuNodes?: number | undefined;
  /** Projects beside the built-in ones. */
  projects?: readonly Project[] | undefined;
  /**
   * Control group below which the system keeps jobs within their memory, or `none`: they are only watched. The
   * emulator's own by default, where the system lets it.
   */
  memoryGroup?: string | undefined;
}

/** The host to listen on. @throws {Error} for one that others can reach, unless a token was chosen. */
export function hostOf({ host = "127.0.0.1", token }: EmulatorOptions): string {
  if (!isLoopback(host) && (token === undefined || token.length < 16)) {
    throw new Error(
      `Listening on ${host} lets others run programs here: give a token of 16 characters or more.`,
    );
  }
  return host;
}
