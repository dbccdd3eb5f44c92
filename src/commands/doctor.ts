import { accessSync, constants } from "node:fs";
import { field } from "../json.ts";
import type { Diagnosis } from "../operations/diagnosis.ts";
import type { Settings } from "../settings/index.ts";
import { type Output, styled } from "./terminal.ts";

type Result = "ok" | "warning" | "failed" | "skipped";

/** One thing that was looked at. */
interface Check {
  name: string;
  result: Result;
  /** What is so, and where it is not well also what to do. */
  text: string;
  /** How long it took, in milliseconds. */
  ms?: number;
  /** ISO 8601. */
  until?: string;
}

interface Shown {
  settings: Settings;
  /** Hides secrets, whatever they got into. */
  scrub(text: string): string;
  version: string;
  output: Output;
}

/** Signatures and tokens bear a clock that is off by this much. */
const CLOCK_OFF_MS = 30_000;
const HOUR_MS = 3_600_000;

/** Prints what was found out; the exit code says whether it will work. */
export function runDoctor(diagnosis: Diagnosis, { settings, scrub, version, output }: Shown): number {
  const checks = [
    nodeCheck(process.versions.node),
    loginCheck(diagnosis),
    tokenCheck(diagnosis, Date.now()),
    platformCheck(diagnosis),
    jobsCheck(diagnosis.jobs),
    monitoringCheck(diagnosis.monitoring),
    clockCheck(diagnosis.clockAheadMs),
    networkCheck(diagnosis, settings.env),
    limitsCheck(settings.policy),
  ].map((check) => ({ ...check, text: scrub(check.text) }));
  const ok = checks.every(({ result }) => result !== "failed");
  const shown = settings.json
    ? JSON.stringify({ ok, version, checks }, undefined, 2)
    : textOf(checks, output);
  output.write(`${shown}\n`);
  return ok ? 0 : 1;
}

const COLOURS = { ok: "green", warning: "yellow", failed: "red", skipped: "dim" } as const;
const NAME_WIDTH = 11;

function textOf(checks: readonly Check[], output: Output): string {
  const lines = checks.map(({ name, result, text }) => {
    const mark = styled(output, COLOURS[result], result.padEnd("skipped".length));
    return `${mark}  ${name.padEnd(NAME_WIDTH)} ${text}`;
  });
  const failed = checks.filter(({ result }) => result === "failed").length;
  return [...lines, "", failed === 0 ? "It works." : `${failed} of ${checks.length} failed.`].join("\n");
}

function nodeCheck(node: string): Check {
  const [major = 0, minor = 0] = node.split(".").map(Number);
  const isOldest = (major === 20 && minor >= 19) || (major === 22 && minor >= 12);
  if (major > 22 || isOldest) return { name: "node", result: "ok", text: node };
  return { name: "node", result: "failed", text: `${node} is not supported: install 20.19, 22.12 or newer.` };
}

const SOURCES = {
  emulator: "of the emulator on this machine",
  "passed-config": "handed over in",
  login: "of `apolo login` in",
  token: "from APOLO_URL and",
} as const;

function loginCheck({ login, user, platform }: Diagnosis): Check {
  if (login === undefined)
    return {
      name: "login",
      result: "failed",
      text: "error" in platform ? messageOf(platform.error) : "none",
    };
  const where = login.source === "emulator" ? "" : ` ${login.from ?? ""}`;
  const text = `${SOURCES[login.source]}${where}; user ${user ?? "unknown: the token names none"}`;
  return { name: "login", result: "ok", text };
}

function tokenCheck({ login, tokenEndsMs, isRenewed }: Diagnosis, nowMs: number): Check {
  const name = "token";
  if (login === undefined) return skipped(name);
  const renewal = isRenewed ? "; it is renewed by itself" : "";
  if (tokenEndsMs === undefined) return { name, result: "ok", text: `does not say when it ends${renewal}` };
  const until = new Date(tokenEndsMs).toISOString();
  const hours = (tokenEndsMs - nowMs) / HOUR_MS;
  if (hours > 0) {
    const left = hours < 48 ? `${hours.toFixed(1)} h` : `${Math.round(hours / 24)} days`;
    return { name, result: "ok", text: `valid until ${until} (${left} from now)${renewal}`, until };
  }
  if (isRenewed) return { name, result: "ok", text: `ended at ${until}${renewal}`, until };
  const how = login.source === "token" ? "set APOLO_TOKEN to a new one" : "run `apolo login` again";
  return { name, result: "failed", text: `ended at ${until}: ${how}.`, until };
}

function platformCheck({ login, platform }: Diagnosis): Check {
  const name = "platform";
  if (login === undefined) return skipped(name);
  if ("error" in platform) {
    const advice = ` Check that this machine reaches it: curl -sS ${addressOf(login.url)}/config`;
    return {
      name,
      result: "failed",
      text: messageOf(platform.error) + (isOutOfReach(platform.error) ? advice : ""),
    };
  }
  const { selection, clusters, projects } = platform.found;
  const { cluster, org, project } = selection;
  const place = [cluster, org, project ?? "(no project)"].join("/");
  const text = `${addressOf(login.url)} answers (${msText(platform.ms)}); works in ${place}`;
  const isKnown = clusters.some((known) => known.name === cluster);
  const isReadable =
    isKnown && (project === undefined || projects.some(({ name: each }) => each === project));
  if (isReadable) return { name, result: "ok", text, ms: Math.round(platform.ms) };
  const named = projects.map((each) => `${each.cluster_name}/${each.org_name}/${each.name}`).slice(0, 5);
  const advice = `, which it does not list: select one of ${named.join(", ") || "none"} by \`apolo config switch-project\` or in a file .apolo.toml.`;
  return { name, result: "warning", text: text + advice, ms: Math.round(platform.ms) };
}

function jobsCheck(jobs: Diagnosis["jobs"]): Check {
  const name = "jobs";
  if (jobs === undefined) return skipped(name);
  if ("error" in jobs) return { name, result: "failed", text: messageOf(jobs.error) };
  return {
    name,
    result: "ok",
    text: `can be listed; a round trip takes ${msText(jobs.ms)}`,
    ms: Math.round(jobs.ms),
  };
}

function monitoringCheck(monitoring: Diagnosis["monitoring"]): Check {
  const name = "monitoring";
  if (monitoring === undefined) return skipped(name);
  if ("error" in monitoring) {
    const advice =
      " Logs and commands in jobs go over WebSockets: let firewall and proxy pass them to the cluster's monitoring service.";
    return { name, result: "failed", text: messageOf(monitoring.error) + advice };
  }
  const { found, ms } = monitoring;
  const text = `${addressOf(found.url)} answers over a WebSocket (${msText(ms)})`;
  return { name, result: "ok", text, ms: Math.round(ms) };
}

function clockCheck(aheadMs: number | undefined): Check {
  const name = "clock";
  if (aheadMs === undefined) return skipped(name);
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  if (seconds <= 1) return { name, result: "ok", text: "agrees with the platform's" };
  const text = `is ${seconds} s ${aheadMs > 0 ? "behind" : "ahead of"} the platform's`;
  if (Math.abs(aheadMs) < CLOCK_OFF_MS) return { name, result: "ok", text };
  return { name, result: "warning", text: `${text}: set it, e.g. by timedatectl set-ntp true.` };
}

function networkCheck({ proxy }: Diagnosis, env: Settings["env"]): Check {
  const name = "network";
  const way = proxy === undefined ? "no proxy" : `through the proxy ${proxy.address} (${proxy.variable})`;
  const file = env.NODE_EXTRA_CA_CERTS;
  const text = `${way}; ${file ? `certificates of NODE_EXTRA_CA_CERTS=${file}` : "certificates of Node"}`;
  if (file && !isReadable(file))
    return { name, result: "warning", text: `${text}, which cannot be read: correct the path or unset it.` };
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === "0")
    return {
      name,
      result: "warning",
      text: `${text}; NODE_TLS_REJECT_UNAUTHORIZED=0 accepts any, so that tokens may be stolen: name the authority in NODE_EXTRA_CA_CERTS instead.`,
    };
  return { name, result: "ok", text };
}

function limitsCheck({ mode, toolset, ...policy }: Settings["policy"]): Check {
  const { maxCreditsPerJob, maxCreditsPerHour, maxJobs, ownedOnly, allowPlainSecrets } = policy;
  const limits = [
    maxCreditsPerJob !== undefined && `--max-credits-per-job ${maxCreditsPerJob}`,
    maxCreditsPerHour !== undefined && `--max-credits-per-hour ${maxCreditsPerHour}`,
    maxJobs !== undefined && `--max-jobs ${maxJobs}`,
    ownedOnly && "--owned-only",
    allowPlainSecrets && "--allow-plain-secrets",
  ].filter((limit) => limit !== false);
  const text = [`--mode ${mode}`, `--tools ${toolset}`, ...limits].join(" ");
  const hasNone = maxCreditsPerJob === undefined && maxCreditsPerHour === undefined && maxJobs === undefined;
  return { name: "limits", result: "ok", text: text + (hasNone ? "; nothing limits what is spent" : "") };
}

function skipped(name: string): Check {
  return { name, result: "skipped", text: "not looked at: what comes before it failed" };
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isOutOfReach(error: unknown): boolean {
  const code = field(error, "code");
  return code === "unavailable" || code === "timed_out";
}

/** Without a user or a query, which may be secret. */
function addressOf(url: string): string {
  if (!URL.canParse(url)) return "(no address)";
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\/+$/, "");
}

function msText(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
