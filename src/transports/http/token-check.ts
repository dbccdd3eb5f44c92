import { LRUCache } from "lru-cache";
import pLimit from "p-limit";
import { type Platform, PlatformError } from "../../client/index.ts";
import { field, parseJson } from "../../json.ts";
import { type Callers, NoRoomError } from "./callers.ts";
import type { Secret } from "./secret.ts";

const ACCEPTED_MS = 60_000;
const REFUSED_MS = 5000;
const ASK_MS = 10_000;
const MOST_REMEMBERED = 10_000;
/** Anybody can send tokens: they must not flood the platform through this server. */
const MOST_UNKNOWN_AT_ONCE = 50;
const MOST_WAITING = 1000;

type Verdict = "accepted" | "refused";

interface TokenCheckOptions {
  callers: Callers;
  connect(token: Secret): Platform;
  /** The clock, in milliseconds. */
  nowMs(): number;
}

/**
 * Whether the platform accepts a token. It is asked by reading its configuration, the one documented call that only
 * tells who one is; an open caller reads it every minute anyway, so that a check costs nothing of its own.
 * Source: protocol reference 1.7.
 */
export function openTokenCheck({ callers, connect, nowMs }: TokenCheckOptions) {
  const unknown = pLimit(MOST_UNKNOWN_AT_ONCE);
  const ask = async (token: Secret): Promise<Verdict> => {
    const lease = callers.known(token.id);
    if (lease !== undefined)
      return verdictOf(lease.caller.platform)
        .then(async (verdict) => {
          if (verdict === "refused") await callers.drop(token.id);
          return verdict;
        })
        .finally(lease.done);
    if (unknown.pendingCount >= MOST_WAITING)
      throw new NoRoomError("Too many unknown tokens are being checked.");
    return unknown(() => askAsNew(token));
  };
  /** Whoever is accepted goes on with the connection and the configuration that the check brought. */
  const askAsNew = async (token: Secret): Promise<Verdict> => {
    const platform = connect(token);
    let isTaken = false;
    try {
      const verdict = await verdictOf(platform);
      if (verdict === "accepted")
        callers
          .lease(token.id, () => {
            isTaken = true;
            return platform;
          })
          .done();
      return verdict;
    } finally {
      if (!isTaken) await platform.close();
    }
  };
  const verdicts = new LRUCache<string, Verdict, Secret>({
    max: MOST_REMEMBERED,
    ttl: ACCEPTED_MS,
    ttlResolution: 0,
    ignoreFetchAbort: true,
    perf: { now: nowMs },
    async fetchMethod(_id, _stale, { options, context: token }) {
      const verdict = await ask(token);
      options.ttl = verdict === "accepted" ? Math.min(ACCEPTED_MS, lifeMs(token)) : REFUSED_MS;
      return verdict;
    },
  });
  /** @throws {PlatformError | NoRoomError} where the platform could not be asked */
  return async (token: Secret): Promise<boolean> =>
    (await verdicts.forceFetch(token.id, { context: token })) === "accepted";
}

async function verdictOf(platform: Platform): Promise<Verdict> {
  try {
    await platform.refresh({ timeoutMs: ASK_MS });
    return "accepted";
  } catch (error) {
    if (error instanceof PlatformError && error.code === "not_authenticated") return "refused";
    throw error;
  }
}

/** How long a token says it is good for, in milliseconds, at least one. Whether it is good at all the platform says. */
function lifeMs(token: Secret): number {
  const [, payload = ""] = token.reveal().split(".");
  const expiresAt = field(parseJson(Buffer.from(payload, "base64url").toString("utf8")), "exp");
  return typeof expiresAt === "number"
    ? Math.max(1, expiresAt * 1000 - Date.now())
    : Number.POSITIVE_INFINITY;
}
