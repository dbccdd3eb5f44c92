import { hash } from "node:crypto";

/** Ten hex digits that stand for org and project in host names. Source: protocol reference 3.7. */
export function orgProjectHash(org: string, project: string): string {
  return hash("sha256", org + project).slice(0, 10);
}

/** The Kubernetes namespace of a project. Source: protocol reference 3.7. */
export function namespaceOf(org: string, project: string): string {
  const [o, p] = [normalise(org), normalise(project)];
  const digest = hash("sha256", `${o}--${p}`).slice(0, 24);
  const length = o.length + p.length;
  const orgLength = length <= ROOM ? o.length : Math.max(1, Math.floor((o.length / length) * ROOM));
  return `platform--${o.slice(0, orgLength)}--${p.slice(0, ROOM - orgLength)}--${digest}`;
}

/** What is left of 63 characters for the two names, shared in proportion to their lengths. */
const ROOM = 63 - "platform--".length - "--".length - "--".length - 24;

function normalise(name: string): string {
  return name.toLowerCase().replace(/[\s_:/\\]+/g, "-");
}

/** Unix milliseconds as Python prints an aware UTC time: microseconds unless zero. Source: protocol reference 5.2. */
export function isoTime(ms: number): string {
  const micros = Math.round(ms * 1000);
  const seconds = Math.floor(micros / 1_000_000);
  const rest = micros - seconds * 1_000_000;
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return rest === 0 ? `${whole}+00:00` : `${whole}.${String(rest).padStart(6, "0")}+00:00`;
}

/** Host and port of a cluster's registry. Source: protocol reference 6.2. */
export function registryHost(cluster: string): string {
  return `registry.${cluster}.emulator.local`;
}

/** Percent-decoding that leaves alone what cannot be decoded. */
export function unquote(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
