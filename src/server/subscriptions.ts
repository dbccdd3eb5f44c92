import { PlatformError } from "../client/index.ts";
import type { Subject, Watcher } from "../operations/watch/index.ts";
import type { Watching } from "../operations/watch/job.ts";
import { matchUri } from "../resources/index.ts";
import type { Connection } from "./connection.ts";
import { toProtocolError } from "./errors.ts";

/** Far more than a person follows: a client that asks for more has a leak. */
const MOST_SUBSCRIPTIONS = 1000;

interface Subscription {
  /** Settles once every later change will be told. */
  opened?: Promise<void>;
  /** How often it was asked for. */
  holders: number;
  stop(): void;
}

/** What a client listens to with one request. */
export interface Topics {
  uris: readonly string[];
  /** Which resources there are. */
  list: boolean;
}

interface Held {
  readonly uris: Set<string>;
  readonly list: boolean;
}

/** Tells one session of changes, each once however often it was asked for, until it wants no more or goes away. */
export class Subscriptions {
  readonly #connection: Connection;
  readonly #open = new Map<string, Subscription>();
  /** What each request listens to, or is about to, by its id. */
  readonly #listening = new Map<string | number, Held>();
  #list: Watching | undefined;
  #listHolders = 0;
  /** Settles once this session is told of the list as long as it lasts. */
  #announced: Promise<void> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.closing.addEventListener("abort", () => this.#close());
  }

  async subscribe({ uri }: { uri: string }) {
    const isNew = !this.#open.has(uri);
    await this.#hold(uri, isNew ? 1 : 0);
    return {};
  }

  unsubscribe({ uri }: { uri: string }) {
    this.#release(uri);
    return {};
  }

  /** A session that has listed jobs is told when some come or go: every change after this has resolved. */
  async announceList(): Promise<void> {
    if (this.#connection.listens()) return;
    this.#announced ??= this.#holdList();
    await this.#announced;
  }

  /**
   * Listens for as long as request `id` is open. Returns the URIs of which every later change will be told, and
   * nothing if the request is no longer open.
   * @throws {ProtocolError} if none of what was asked for can be listened to
   */
  async listen(id: string | number, { uris, list }: Topics): Promise<readonly string[] | undefined> {
    this.unlisten(id);
    const held = { uris: new Set(uris), list };
    this.#listening.set(id, held);
    const [tried] = await Promise.all([
      Promise.allSettled(Array.from(held.uris, (uri) => this.#holdFor(held, uri))),
      list && this.#holdList(),
    ]);
    if (this.#listening.get(id) !== held) return undefined;
    const failed = tried.find(({ status }) => status === "rejected");
    if (failed?.status !== "rejected" || held.uris.size > 0 || list) return [...held.uris];
    this.#listening.delete(id);
    throw failed.reason;
  }

  /** A request listens no more; nothing if it never did. */
  unlisten(id: string | number): void {
    const { uris, list } = this.#listening.get(id) ?? { uris: new Set(), list: false };
    this.#listening.delete(id);
    for (const uri of uris) this.#release(uri);
    if (list) this.#releaseList();
  }

  async #holdList(): Promise<void> {
    const { caller, client, closing } = this.#connection;
    if (closing.aborted) return;
    this.#listHolders += 1;
    this.#list ??= caller.watcher.watch({ kind: "roster" }, () => tell(client.listChanged()));
    await this.#list.ready;
  }

  #releaseList(): void {
    this.#listHolders -= 1;
    if (this.#listHolders > 0) return;
    this.#list?.stop();
    this.#list = undefined;
  }

  /** What cannot be held must not be released: by then another request may hold it. */
  async #holdFor({ uris }: Held, uri: string): Promise<void> {
    try {
      await this.#hold(uri, 1);
    } catch (error) {
      uris.delete(uri);
      throw error;
    }
  }

  async #hold(uri: string, times: number): Promise<void> {
    const subscription = this.#open.get(uri) ?? { holders: 0, stop: () => undefined };
    subscription.holders += times;
    try {
      subscription.opened ??= this.#begin(uri, subscription);
      await subscription.opened;
    } catch (error) {
      if (this.#open.get(uri) === subscription) this.#open.delete(uri);
      throw toProtocolError(error, { what: `reading ${uri}`, uri, scrub: this.#connection.scrub });
    }
  }

  #release(uri: string): void {
    const subscription = this.#open.get(uri);
    if (subscription === undefined) return;
    subscription.holders -= 1;
    if (subscription.holders > 0) return;
    subscription.stop();
    this.#open.delete(uri);
  }

  async #begin(uri: string, subscription: Subscription): Promise<void> {
    const { caller, client, closing } = this.#connection;
    this.#open.set(uri, subscription);
    if (this.#open.size > MOST_SUBSCRIPTIONS) throw tooMany();
    const subject = await subjectOf(uri, caller.watcher);
    // Meanwhile the client may have changed its mind or gone away.
    if (this.#open.get(uri) !== subscription || closing.aborted) return;
    const watching = caller.watcher.watch(subject, () => tell(client.updated(uri)));
    subscription.stop = watching.stop;
    await watching.ready;
  }

  #close(): void {
    for (const { stop } of this.#open.values()) stop();
    this.#open.clear();
    this.#listening.clear();
    this.#list?.stop();
  }
}

async function subjectOf(uri: string, watcher: Watcher): Promise<Subject> {
  const { resource, variables } = matchUri(uri);
  const { changesWith: kind } = resource;
  if (kind === "active") return { kind };
  if (kind !== undefined) return { kind, job: await watcher.find(variables) };
  throw new PlatformError(
    "invalid_argument",
    `${uri} cannot be subscribed to: the platform does not report its changes. Read it again when needed.`,
  );
}

function tooMany(): PlatformError {
  return new PlatformError(
    "invalid_argument",
    `This session has ${MOST_SUBSCRIPTIONS} subscriptions, the most allowed: unsubscribe from what you no longer need.`,
  );
}

/** A client that has gone away cannot be notified. */
function tell(sent: Promise<void>): void {
  void sent.catch(() => undefined);
}
