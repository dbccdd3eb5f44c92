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
  stop(): void;
}

/** Tells one session of changes, until it unsubscribes or goes away. */
export class Subscriptions {
  readonly #connection: Connection;
  readonly #open = new Map<string, Subscription>();
  #list: Watching | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.closing.addEventListener("abort", () => this.#close());
  }

  async subscribe({ uri }: { uri: string }) {
    const subscription = this.#open.get(uri) ?? { stop: () => undefined };
    try {
      subscription.opened ??= this.#begin(uri, subscription);
      await subscription.opened;
    } catch (error) {
      if (this.#open.get(uri) === subscription) this.#open.delete(uri);
      throw toProtocolError(error, { what: `reading ${uri}`, uri, scrub: this.#connection.scrub });
    }
    return {};
  }

  unsubscribe({ uri }: { uri: string }) {
    this.#open.get(uri)?.stop();
    this.#open.delete(uri);
    return {};
  }

  /** A session that has listed jobs is told when some come or go: every change after this has resolved. */
  async announceList(): Promise<void> {
    const { caller, client, closing } = this.#connection;
    if (closing.aborted) return;
    this.#list ??= caller.watcher.watch({ kind: "roster" }, () => tell(client.listChanged()));
    await this.#list.ready;
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
