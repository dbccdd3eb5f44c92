import {
  type Login,
  type Platform,
  type PlatformContext,
  PlatformError,
  proxyInUse,
  tokenEndMs,
} from "../client/index.ts";

/** Nothing that works takes longer; the whole must not either, where nothing does. */
const STEP_MS = 10_000;
/** No job has this id: that the platform says so shows that it was reached, and touches nobody's job. */
const NOBODYS_JOB = "job-00000000-0000-0000-0000-000000000000";

/** What was found, and how long that took; or why it was not found. Absent: what it needs was not found before. */
export type Finding<T> = { found: T; ms: number } | { error: unknown };

/** The way from here to the platform, looked at step by step. Nothing on the platform changes. */
export interface Diagnosis {
  login: Pick<Login, "source" | "from" | "url"> | undefined;
  /** As far as the login itself says. */
  user: string | undefined;
  /** Unix milliseconds, as far as the token tells. */
  tokenEndsMs: number | undefined;
  /** Whether the token is replaced before it ends. */
  isRenewed: boolean;
  proxy: ReturnType<typeof proxyInUse>;
  /** Its configuration was read, for which the login must be accepted. */
  platform: Finding<PlatformContext>;
  /** One page of jobs was read over the connection that was open by then. */
  jobs: Finding<undefined> | undefined;
  /** The service of logs and of commands in jobs answered over a WebSocket. */
  monitoring: Finding<{ url: string }> | undefined;
  /** How far the platform's clock is ahead of ours, in milliseconds. */
  clockAheadMs: number | undefined;
}

interface Where {
  login: Login | PlatformError | undefined;
  env: Record<string, string | undefined>;
}

export async function diagnose(platform: Platform, { login: given, env }: Where): Promise<Diagnosis> {
  const login = given instanceof PlatformError ? undefined : given;
  const context = await finding(() => platform.context({ timeoutMs: STEP_MS }));
  const isThere = "found" in context;
  return {
    login,
    user: platform.user(),
    tokenEndsMs: login && tokenEndMs(login.token),
    isRenewed: Boolean(login?.refreshToken),
    proxy: login && proxyInUse(login.url, env),
    platform: context,
    jobs: isThere ? await finding(() => listOne(platform)) : undefined,
    monitoring: isThere ? await finding(() => reachMonitoring(platform, context.found)) : undefined,
    clockAheadMs: isThere ? platform.nowMs() - Date.now() : undefined,
  };
}

async function finding<T>(work: () => Promise<T>): Promise<Finding<T>> {
  const startedMs = performance.now();
  try {
    return { found: await work(), ms: performance.now() - startedMs };
  } catch (error) {
    return { error };
  }
}

async function listOne({ jobs }: Platform): Promise<undefined> {
  for await (const _ of jobs.list({ limit: 1 }, { timeoutMs: STEP_MS })) return undefined;
  return undefined;
}

async function reachMonitoring({ jobs }: Platform, { clusters, selection }: PlatformContext) {
  const cluster = clusters.find(({ name }) => name === selection.cluster);
  try {
    for await (const _ of jobs.monitor(NOBODYS_JOB, {}, { timeoutMs: STEP_MS })) break;
  } catch (error) {
    if (!isItsAnswer(error)) throw error;
  }
  return { url: cluster?.monitoringUrl ?? "" };
}

/** The service tells why it refuses only where the request to upgrade came whole. Source: protocol reference 2.5. */
function isItsAnswer(error: unknown): boolean {
  if (!(error instanceof PlatformError) || !error.serverText) return false;
  return error.code === "not_found" || error.code === "not_permitted";
}
