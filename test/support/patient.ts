import type { Platform } from "../../src/client/index.ts";
import { SOON_MS } from "./busy.ts";

/** A platform whose logs are waited for: what was printed before is read, however late it comes. */
export function patient(platform: Platform): Platform {
  const { jobs } = platform;
  const tail: typeof jobs.tail = (id, options, call) =>
    jobs.tail(id, { ...options, silenceMs: SOON_MS }, call);
  return { ...platform, jobs: { ...jobs, tail } };
}
