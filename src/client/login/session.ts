import { hkdfSync } from "node:crypto";
import { z } from "zod";
import { parseJson } from "../../json.ts";
import { signalOf, startCall } from "../call.ts";
import { PlatformError } from "../errors.ts";
import type { Exchange } from "../http/exchange.ts";
import { networkError } from "../http/network-error.ts";
import { type Login, newLoginText, userOf } from "./login.ts";

const REFRESH_LIMIT_MS = 30_000;
/** The official client refreshes after three quarters of a token's life. Source: protocol reference 1.6. */
const USED_SHARE = 0.75;
const MOST_REMEMBERED = 20;
/** How soon a login that was not there is looked for again, in milliseconds. */
const SEEK_AGAIN_MS = 1000;

const wireToken = z.object({ access_token: z.string().min(1), expires_in: z.number() });

/** The operator's key, or what only the login knows. */
type KeySource = Uint8Array | string;
type FindLogin = () => Promise<Login | undefined>;

interface Sources {
  key?: Uint8Array | undefined;
  /** Looks for a login anew. */
  find?: FindLogin | undefined;
}

/**
 * The login in use: gives the token, and replaces it before it expires or once the platform refuses it. New
 * tokens stay in memory. Any number of waiting calls share one refresh.
 */
export class Session {
  #login: Login | PlatformError | undefined;
  #pending: Promise<boolean> | undefined;
  /** The refresh token that the platform refused, and how: it is not asked again. */
  #dead: { refreshToken: string; error: PlatformError } | undefined;
  /** Tokens that the platform refused: a saved login may still hold them. */
  readonly #refused = new Set<string>();
  /** Replaced tokens, oldest first: they may open the platform for a while yet. */
  readonly #former = new Set<string>();
  readonly #exchange: Exchange;
  readonly #key: Uint8Array | undefined;
  readonly #find: FindLogin | undefined;
  #seeking: Promise<void> | undefined;
  #soughtAtMs = 0;
  /** What the keys of each user came from in this process, oldest first. */
  readonly #keyed = new Map<string, Set<KeySource>>();
  /** Whom the token names: it is asked with every call. */
  #named: { token: string; user: string } | undefined;

  constructor(login: Login | PlatformError | undefined, exchange: Exchange, { key, find }: Sources = {}) {
    this.#login = login;
    this.#exchange = exchange;
    this.#key = key;
    this.#find = find;
  }

  /**
   * Where there is no login, looks whether it has come: somebody may have done what the error says. Never rejects;
   * undefined where there is nothing to wait for.
   */
  seek(): Promise<void> | undefined {
    const find = this.#find;
    const isThere = this.#login !== undefined && !(this.#login instanceof PlatformError);
    const isRecent = Math.abs(Date.now() - this.#soughtAtMs) < SEEK_AGAIN_MS;
    if (find === undefined || isThere || (isRecent && this.#seeking === undefined)) return undefined;
    this.#seeking ??= this.#seekNow(find).finally(() => {
      this.#soughtAtMs = Date.now();
      this.#seeking = undefined;
    });
    return this.#seeking;
  }

  async #seekNow(find: FindLogin): Promise<void> {
    try {
      this.#login = await find();
    } catch (error) {
      // Anything else comes of files that are just being replaced.
      if (error instanceof PlatformError) this.#login = error;
    }
  }

  /** @throws {PlatformError} `no_login`, or why the login that is there cannot be used */
  get login(): Login {
    if (this.#login instanceof PlatformError) throw this.#login;
    if (this.#login !== undefined) return this.#login;
    throw new PlatformError("no_login", NO_LOGIN);
  }

  /** The token, or undefined when it must be replaced first. */
  get current(): string | undefined {
    const { token, expiresAtMs } = this.login;
    return expiresAtMs !== undefined && expiresAtMs <= Date.now() ? undefined : token;
  }

  /** Whom the token names; undefined without one that names anybody. */
  get user(): string | undefined {
    try {
      return this.userNow();
    } catch {
      return undefined;
    }
  }

  /** The same. @throws {PlatformError} `no_login` */
  userNow(): string {
    const { token } = this.login;
    if (this.#named?.token !== token) this.#named = { token, user: userOf(token) };
    return this.#named.user;
  }

  /** The tokens in use, and the last ones before; none without a login. */
  secrets(): string[] {
    if (this.#login === undefined || this.#login instanceof PlatformError) return [];
    const { token, refreshToken = "" } = this.#login;
    return [token, refreshToken, ...this.#former];
  }

  /**
   * A key for one purpose and for the user at this platform, from the key given or else from the login, whose tokens
   * it does not tell. Logins of one user agree on it by the key; without one only the same login does, also after a
   * refresh.
   */
  keyFor(purpose: string): Uint8Array {
    const { whose, source } = this.#keySource();
    return derive(source, whose, purpose);
  }

  /** Those of this user's earlier logins in this process: what was sealed before `apolo login` is still opened. */
  formerKeysFor(purpose: string): Uint8Array[] {
    const { whose, source, all } = this.#keySource();
    return [...all].filter((former) => former !== source).map((former) => derive(former, whose, purpose));
  }

  #keySource() {
    const { token, refreshToken, url } = this.login;
    const whose = JSON.stringify([url.replace(/\/+$/, ""), this.userNow()]);
    const source = this.#key ?? (refreshToken || token);
    const all = this.#keyed.get(whose) ?? new Set();
    this.#keyed.set(whose, all);
    remember(all, source);
    return { whose, source, all };
  }

  /** A token fit for use now. @throws {PlatformError} `not_authenticated` when the login is dead. */
  async token(): Promise<string> {
    if (this.current === undefined) await this.#renewOnce();
    return this.login.token;
  }

  /** Replaces `stale`, which was refused; says whether there is another now. @throws {PlatformError} `not_authenticated` */
  renew(stale: string): Promise<boolean> {
    remember(this.#refused, stale);
    if (this.login.token !== stale) return Promise.resolve(true);
    return this.#renewOnce();
  }

  #renewOnce(): Promise<boolean> {
    this.#pending ??= this.#renewNow().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #renewNow(): Promise<boolean> {
    if (await this.#reread()) return true;
    const { refreshToken, tokenUrl, clientId = "" } = this.login;
    if (refreshToken === undefined || refreshToken === "" || tokenUrl === undefined) return false;
    if (this.#dead?.refreshToken === refreshToken) throw this.#dead.error;
    const form = new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: refreshToken,
      client_id: clientId,
    });
    const { access_token, expires_in } = await this.#askForToken(tokenUrl, form.toString()).catch(
      (error: unknown) => {
        if (error instanceof PlatformError && error.code === "not_authenticated")
          this.#dead = { refreshToken, error };
        throw error;
      },
    );
    this.#replace({
      token: access_token,
      refreshToken,
      expiresAtMs: Date.now() + expires_in * USED_SHARE * 1000,
    });
    return true;
  }

  /** The CLI may have logged in again since: its newer token is as good as a refresh. */
  async #reread(): Promise<boolean> {
    const current = this.login;
    // A login that cannot be read now may still be refreshed.
    const fresh = await current.reload?.().catch(() => undefined);
    const { token, refreshToken, expiresAtMs, url } = fresh ?? current;
    if (url !== current.url || token === current.token || this.#refused.has(token)) return false;
    if (expiresAtMs !== undefined && expiresAtMs <= Date.now()) return false;
    this.#replace({ token, refreshToken, expiresAtMs });
    return true;
  }

  #replace(next: Pick<Login, "token" | "refreshToken" | "expiresAtMs">): void {
    const before = this.login;
    for (const former of [before.token, before.refreshToken])
      if (former !== undefined && former !== "" && former !== next.refreshToken)
        remember(this.#former, former);
    this.#login = { ...before, ...next };
  }

  async #askForToken(url: string, body: string): Promise<z.infer<typeof wireToken>> {
    const request = { method: "POST", url };
    const { signal, close } = signalOf(startCall({ timeoutMs: REFRESH_LIMIT_MS }));
    const headers = { accept: "application/json", "content-type": "application/x-www-form-urlencoded" };
    try {
      const answer = await this.#exchange({ ...request, headers, body, signal });
      const text = await answer.text();
      if (answer.status >= 500)
        throw new PlatformError("unavailable", `Refreshing the login failed with status ${answer.status}.`, {
          request: { ...request, status: answer.status },
        });
      const found = answer.status < 300 ? wireToken.safeParse(parseJson(text)) : undefined;
      if (found?.success === true) return found.data;
      throw new PlatformError(
        "not_authenticated",
        `The login has expired and could not be refreshed: ${newLoginText(this.login)}.`,
        { request: { ...request, status: answer.status } },
      );
    } catch (error) {
      throw networkError(error, { what: "Refreshing the login", request, signal });
    } finally {
      close();
    }
  }
}

function derive(source: KeySource, whose: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", source, whose, purpose, 32));
}

function remember<T>(all: Set<T>, one: T): void {
  all.add(one);
  const [oldest = one] = all;
  if (all.size > MOST_REMEMBERED) all.delete(oldest);
}

const NO_LOGIN =
  "There is no login: run `apolo login`, or set APOLO_PASSED_CONFIG, or APOLO_URL and APOLO_TOKEN, or start the " +
  "server with --emulator, which needs no account.";
