import { type Platform, PlatformError } from "../../client/index.ts";
import type { Auth } from "./auth.ts";
import { type Callers, type Lease, NoRoomError } from "./callers.ts";
import { openRate, type Rate } from "./rate.ts";
import { notNow, refusal, unauthorized } from "./refusals.ts";
import { METADATA_PATHS, metadataAnswer, metadataUrl, originOf } from "./resource.ts";
import { bearerOf, type Secret } from "./secret.ts";
import { openTokenCheck } from "./token-check.ts";

const RETRY_SECONDS = 5;
/** The caller that acts with the server's own login. */
const OWN = "own";

export interface GateOptions {
  auth: Auth;
  callers: Callers;
  trustsProxy: boolean;
  /** 20 a second and 100 at once by default. */
  rate?: Rate;
  /** The clock, in milliseconds. */
  nowMs?: () => number;
}

/** A caller who was let in with one call. */
export interface Admitted extends Lease {
  /** Counts further calls that came with it; gives the answer that refuses all of them where they are too many. */
  charge(calls: number): Promise<Response | undefined>;
}

export interface Gate {
  /** The caller who sent a request, in use until it is answered, or the answer that refuses it. */
  admit(request: Request): Promise<Admitted | Response>;
  /** What tells clients where to log in, by path. */
  readonly pages: Readonly<Record<string, (request: Request) => Promise<Response>>>;
}

type Identity = { id: string; connect(): Platform };

/** The one way in. No token is in any answer, error or log. */
export function openGate({
  auth,
  callers,
  trustsProxy,
  rate,
  nowMs = () => performance.now(),
}: GateOptions): Gate {
  const secondsToWait = openRate(rate);
  // The server's own login stays open as long as the server.
  if (auth.by !== "platform") callers.lease(OWN, auth.connect);
  const identify = identifierOf(auth, callers, nowMs);
  const metadata = async (request: Request) => {
    try {
      const issuer = auth.by === "platform" ? await auth.authorizationServer() : undefined;
      return metadataAnswer(request, originOf(request, trustsProxy), issuer);
    } catch (error) {
      return notNow(whyNot(error), RETRY_SECONDS);
    }
  };
  return {
    async admit(request) {
      const resourceMetadata = metadataUrl(originOf(request, trustsProxy));
      try {
        const found = await identify(bearerOf(request));
        if ("refused" in found)
          return unauthorized(found.refused, { resourceMetadata, wasGiven: found.wasGiven });
        const lease = callers.lease(found.id, found.connect);
        // Whoever has several tokens is one user.
        const payer = lease.caller.platform.user() ?? found.id;
        const charge = async (calls: number) => tooMany(await secondsToWait(payer, calls));
        const refused = await charge(1);
        if (refused !== undefined) lease.done();
        return refused ?? { ...lease, charge };
      } catch (error) {
        return notNow(whyNot(error), RETRY_SECONDS);
      }
    },
    pages: auth.by === "address" ? {} : Object.fromEntries(METADATA_PATHS.map((path) => [path, metadata])),
  };
}

type Given = ReturnType<typeof bearerOf>;
type Identify = (given: Given) => Promise<Identity | { refused: string; wasGiven: boolean }>;

function identifierOf(auth: Auth, callers: Callers, nowMs: () => number): Identify {
  if (auth.by === "address") return async () => ({ id: OWN, connect: auth.connect });
  if (auth.by === "secret") {
    const { secret, connect } = auth;
    return withToken(SHARED, async (token) => (token.equals(secret) ? { id: OWN, connect } : undefined));
  }
  const accepts = openTokenCheck({
    callers,
    connect: auth.connect,
    nowMs,
  });
  return withToken(PERSONAL, async (token) =>
    (await accepts(token)) ? { id: token.id, connect: () => auth.connect(token) } : undefined,
  );
}

const SHARED = {
  wanted: "the secret of this server, which whoever runs it gives you",
  wrong: "The token is not the secret of this server: ask whoever runs it for the one in use.",
};
const PERSONAL = {
  wanted: "your Apolo token, which `apolo config show-token` prints",
  wrong: "The platform does not accept the token, or no longer: log in again and send the new one.",
};

function withToken(
  { wanted, wrong }: typeof SHARED,
  match: (token: Secret) => Promise<Identity | undefined>,
): Identify {
  const header = `Send ${wanted}, in the header \`Authorization: Bearer TOKEN\``;
  return async (given) => {
    if (given === undefined) return { refused: `Who calls is not known. ${header}.`, wasGiven: false };
    if (given === "unreadable")
      return { refused: `The header Authorization holds no bearer token. ${header}.`, wasGiven: true };
    return (await match(given)) ?? { refused: wrong, wasGiven: true };
  };
}

function tooMany(waitSeconds: number): Response | undefined {
  if (waitSeconds === 0) return undefined;
  return refusal({
    ...{ status: 429, code: "rate_limited" },
    message: `Too many calls: wait ${waitSeconds} s. One that waits (job_wait) replaces many that look.`,
    headers: { "retry-after": String(waitSeconds) },
  });
}

/** Not in the platform's words, which may quote the token. @throws what only a bug can cause */
function whyNot(error: unknown): string {
  if (error instanceof NoRoomError) return `${error.message} Try again later.`;
  if (error instanceof PlatformError) return `The platform could not be asked who calls (${error.code}).`;
  throw error;
}
