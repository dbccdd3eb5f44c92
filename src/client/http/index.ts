import { randomUUID } from "node:crypto";
import { oneLine } from "../../foreign.ts";
import { parseJson } from "../../json.ts";
import { type Call, type CallOptions, orAbort, pause, startCall } from "../call.ts";
import { type FailedRequest, PlatformError } from "../errors.ts";
import { isTimeout } from "../limit.ts";
import { newLoginText } from "../login/login.ts";
import type { Session } from "../login/session.ts";
import { Attempt } from "./attempt.ts";
import type { Exchange, Incoming } from "./exchange.ts";
import { beforeSending, networkError } from "./network-error.ts";
import type { Connections } from "./proxies.ts";
import { Retry } from "./retry.ts";
import { serverError } from "./server-error.ts";

/** The longest that a timer can run. */
const LONGEST_MS = 2 ** 31 - 1;
const MAX_REDIRECTS = 5;
const FIRST_PAUSE_MS = 200;
/** The longest Retry-After to wait out, even without a time limit: the caller can decide better. */
const LONGEST_WAIT_MS = 30_000;

/** One call of the platform's HTTP interface. */
export interface ApiCall {
  /** First words of an error message: "Listing jobs". */
  what: string;
  method: "GET" | "POST" | "PUT" | "DELETE";
  url: string;
  /** Sent as JSON. */
  json?: unknown;
  accept?: string;
  /** Whether sending it twice does no harm; by default true for GET only. */
  safe?: boolean;
  notFoundMeansNotRunning?: boolean;
  /** The server may work for a long time in silence. */
  mayBeSilent?: boolean;
  /** The platform's own calls carry tracing headers; `/config` does not. */
  untraced?: boolean;
}

export interface HttpOptions {
  exchange: Exchange;
  session: Session;
  connections: Connections;
  userAgent: string;
  /** How often a safe call is sent again. */
  retries: number;
  /** A first attempt to read that is not answered within this is given up, in milliseconds. */
  attemptMs: number;
  /** Longest silence of the server, in milliseconds. */
  idleMs: number;
}

/** Takes of an accepted answer what is part of the attempt: if that fails, the attempt has. */
type Read<T> = (answer: Incoming) => Promise<T>;

interface Wanted<T> {
  call: Call;
  read: Read<T>;
  /** It is given up when it is not answered within this. */
  answerMs: number;
}

interface Done<T> {
  value: T;
  attempt: Attempt;
}

/** The platform's HTTP interface: authorises, bounds in time, retries what is safe, turns refusals into errors. */
export class Http {
  readonly #options: HttpOptions;

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  /** The answer's JSON. @throws {PlatformError} `protocol_error` when it is not JSON. */
  async json(api: ApiCall, call: CallOptions = {}): Promise<unknown> {
    const value = parseJson(await this.text(api, call));
    if (value === undefined) throw odd(api, "the answer is not JSON");
    return value;
  }

  /** The answer's text. */
  async text(api: ApiCall, call: CallOptions = {}): Promise<string> {
    const { value, attempt } = await this.#send(api, startCall(call), (answer) => answer.text());
    attempt.close();
    return value;
  }

  /** The answer's bytes as they come; leaving the loop early closes the connection. */
  async *stream(api: ApiCall, call: CallOptions = {}): AsyncGenerator<Uint8Array, void> {
    const { value: answer, attempt } = await this.#send(api, startCall(call), (opened) =>
      Promise.resolve(opened),
    );
    try {
      let isEmpty = true;
      for await (const chunk of answer.chunks()) {
        isEmpty = false;
        attempt.rest();
        yield chunk;
        attempt.touch();
      }
      if (!answer.hasEnd)
        throw odd(api, "the answer may be cut short: the connection closed without marking its end");
      if (isEmpty && answer.header("content-type")?.startsWith(api.accept ?? "") !== true)
        throw odd(api, "the platform sent an empty answer");
    } catch (error) {
      throw this.#explain(error, api, attempt.signal);
    } finally {
      attempt.close();
    }
  }

  async #send<T>(api: ApiCall, call: Call, read: Read<T>): Promise<Done<T>> {
    const retry = new Retry(FIRST_PAUSE_MS);
    const { retries } = this.#options;
    for (;;) {
      try {
        return await this.#try(api, { call, read, answerMs: this.#answerMs(api, retry.failures) });
      } catch (failure) {
        if (retry.failures >= retries || !mayRepeat(failure, api)) throw failure;
        const waitMs = retry.afterFailure(failure);
        if (performance.now() + waitMs >= call.endsAt) throw failure;
        await pause(waitMs, call.signal).catch((reason: unknown) => {
          throw this.#explain(reason, api, call.signal);
        });
      }
    }
  }

  /** A connection may have died in silence, so the first of several attempts to read does not wait for long. */
  #answerMs({ method }: ApiCall, failures: number): number {
    const { retries, attemptMs } = this.#options;
    return method === "GET" && failures === 0 && retries > 0 ? attemptMs : LONGEST_MS;
  }

  /** One attempt; whoever gets it closes it. */
  async #try<T>(api: ApiCall, { call, read, answerMs }: Wanted<T>): Promise<Done<T>> {
    const idleMs = api.mayBeSilent === true ? 0 : this.#options.idleMs;
    const attempt = new Attempt(call, { answerMs, idleMs });
    const { signal } = attempt;
    try {
      const answer = await this.#accepted(api, signal);
      attempt.answered();
      return { value: await read(answer), attempt };
    } catch (error) {
      attempt.close();
      // What did not answer in time may be dead: the next request opens a connection of its own.
      if (isTimeout(signal.reason)) this.#options.connections.renew();
      throw attempt.isUnanswered ? silent(api, answerMs) : this.#explain(error, api, signal);
    }
  }

  /** An answer of success; a refused token is replaced once. */
  async #accepted(api: ApiCall, signal: AbortSignal): Promise<Incoming> {
    const { session } = this.#options;
    for (let renewed = false; ; renewed = true) {
      const token = session.current ?? (await beforeSending(orAbort(session.token(), signal, api.what)));
      const answer = await this.#follow(api, token, signal);
      if (answer.status < 300) return plain(api, answer);
      const body = await refusalOf(answer);
      const isRefused = answer.status === 401 && !renewed;
      if (isRefused && (await beforeSending(orAbort(session.renew(token), signal, api.what)))) continue;
      const retryAfterMs = parseRetryAfter(answer.header("retry-after"));
      const newLogin = newLoginText(session.login);
      const request = describe(api);
      throw serverError({ ...api, status: answer.status, body, request, retryAfterMs, newLogin });
    }
  }

  /** Follows redirects of safe calls; the token stays with its origin. */
  async #follow(api: ApiCall, token: string, signal: AbortSignal): Promise<Incoming> {
    const { exchange } = this.#options;
    let { url } = api;
    for (let hops = 0; ; hops += 1) {
      const isOwn = hops === 0 || new URL(url).origin === new URL(api.url).origin;
      const headers = this.#headers(api, isOwn ? token : undefined);
      const body = api.json === undefined ? undefined : JSON.stringify(api.json);
      const answer = await exchange({ method: api.method, url, headers, body, signal });
      const location = answer.header("location");
      if (answer.status < 300 || answer.status >= 400 || location === undefined) return answer;
      await answer.discard();
      if (api.method !== "GET" || hops >= MAX_REDIRECTS || !isAddress(location, url))
        throw new PlatformError(
          "protocol_error",
          `${api.what} failed: the server answered with a redirect that is not followed.`,
          { request: { ...describe(api), status: answer.status } },
        );
      url = new URL(location, url).href;
    }
  }

  #headers(api: ApiCall, token: string | undefined): Record<string, string> {
    const headers: Record<string, string> = {
      "user-agent": this.#options.userAgent,
      accept: api.accept ?? "*/*",
    };
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    const type = contentType(api);
    if (type !== undefined) headers["content-type"] = type;
    return api.untraced === true ? headers : Object.assign(headers, traceHeaders());
  }

  #explain(error: unknown, api: ApiCall, signal: AbortSignal | undefined): unknown {
    const proxy = this.#options.connections.proxyNameFor(api.url);
    return networkError(error, { what: api.what, request: describe(api), signal, proxy });
  }
}

/** Whether sending it again is harmless, and may help before long. */
function mayRepeat(failure: unknown, api: ApiCall): boolean {
  if (!(api.safe ?? api.method === "GET")) return false;
  if (!(failure instanceof PlatformError) || !failure.retryable) return false;
  const { code, request, retryAfterMs = 0 } = failure;
  if (retryAfterMs > LONGEST_WAIT_MS) return false;
  return code === "unavailable" || code === "rate_limited" || request?.status === 504;
}

/** A POST without a body names a type as well, as the official client does. */
function contentType({ method, json }: ApiCall): string | undefined {
  if (json !== undefined) return "application/json";
  return method === "POST" ? "application/octet-stream" : undefined;
}

/** The same answer. @throws {PlatformError} where it is compressed, which can grow without end and was not asked for */
async function plain(api: ApiCall, answer: Incoming): Promise<Incoming> {
  const coding = answer.header("content-encoding");
  if (coding === undefined || coding === "identity") return answer;
  await answer.discard();
  throw odd(api, `the answer is compressed (${oneLine(coding.slice(0, 40))}), which was not asked for`);
}

async function refusalOf(answer: Incoming): Promise<string> {
  if (answer.header("content-encoding") === undefined) return answer.beginning();
  await answer.discard();
  return "";
}

function isAddress(location: string, from: string): boolean {
  return URL.canParse(location, from) && /^https?:$/.test(new URL(location, from).protocol);
}

function silent(api: ApiCall, ms: number): PlatformError {
  const request = describe(api);
  const { origin } = new URL(request.url);
  const said = `${api.what} failed: no answer within ${ms / 1000} s (${origin}).`;
  return new PlatformError("unavailable", `${said} Try again later.`, { request, said });
}

function odd(api: ApiCall, why: string): PlatformError {
  return new PlatformError("protocol_error", `${api.what} failed: ${why}.`, { request: describe(api) });
}

/** Fresh tracing headers, as the official client sends them on API calls. Source: protocol reference 2.2. */
function traceHeaders(): { b3: string; "sentry-trace": string } {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  // Node draws the random bits of many at once, and other random bytes by a system call each.
  const [trace, span] = [digits(randomUUID()), digits(randomUUID())];
  const ids = `${seconds.padStart(8, "0")}${trace.slice(8)}-${span.slice(16)}`;
  return { b3: ids, "sentry-trace": `${ids}-` };
}

function digits(uuid: string): string {
  return uuid.replaceAll("-", "");
}

/** A request fit for an error: without query. */
export function describe({ method, url }: { method: string; url: string }): FailedRequest {
  const { origin, pathname } = new URL(url);
  return { method, url: origin + pathname };
}

/** How long a server asks to wait, in milliseconds; undefined when it cannot be read, or is longer than anybody waits. */
export function parseRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Math.max(0, Date.parse(header) - Date.now());
  return ms <= LONGEST_MS ? ms : undefined;
}
