import { PlatformError } from "../client/index.ts";
import type { Subject, Watcher } from "../operations/watch/index.ts";
import type { Watching } from "../operations/watch/job.ts";
import { resources } from "../resources/index.ts";
import { matchUri } from "../resources/match-uri.ts";
import type { Connection } from "./connection.ts";
import { toProtocolError } from "./read-resource.ts";

/** Far more than a person follows; beyond, a client has lost count. */
const MOST_SUBSCRIPTIONS = 1000;

interface Named {
  uri: string;
}

/** There is nothing to say. */
type Done = Record<string, never>;

export type Subscriptions = ReturnType<typeof serveSubscriptions>;

interface Subscription {
  /** Settles when every later change will be told. */
  opened?: Promise<void>;
  stop(): void;
}

/** Tells one session of changes, until it unsubscribes or goes away. */
export function serveSubscriptions({ caller: { watcher }, client, closing, scrub }: Connection) {
  const subscriptions = new Map<string, Subscription>();
  let list: Watching | undefined;

  async function subscribe({ uri }: Named): Promise<Done> {
    const subscription = subscriptions.get(uri) ?? { stop: () => undefined };
    try {
      subscription.opened ??= open(uri, subscription);
      await subscription.opened;
    } catch (error) {
      if (subscriptions.get(uri) === subscription) subscriptions.delete(uri);
      throw toProtocolError(error, { uri, scrub });
    }
    return {};
  }

  async function open(uri: string, subscription: Subscription): Promise<void> {
    subscriptions.set(uri, subscription);
    if (subscriptions.size > MOST_SUBSCRIPTIONS) throw tooMany();
    const subject = await subjectOf(uri, watcher);
    // Meanwhile the client may have changed its mind or gone away.
    if (subscriptions.get(uri) !== subscription || closing.aborted) return;
    const watching = watcher.watch(subject, () => tell(client.updated(uri)));
    subscription.stop = watching.stop;
    await watching.ready;
  }

  function unsubscribe({ uri }: Named): Done {
    subscriptions.get(uri)?.stop();
    subscriptions.delete(uri);
    return {};
  }

  closing.addEventListener("abort", () => {
    for (const { stop } of subscriptions.values()) stop();
    subscriptions.clear();
    list?.stop();
  });
  return {
    subscribe,
    unsubscribe,
    /**
     * From now on the session is told when jobs come and go: it has shown that it wants to know which there are.
     * Every change after this has resolved is told.
     */
    async announceList(): Promise<void> {
      if (closing.aborted) return;
      list ??= watcher.watch({ kind: "roster" }, () => tell(client.listChanged()));
      await list.ready;
    },
  };
}

async function subjectOf(uri: string, watcher: Watcher): Promise<Subject> {
  const { resource, variables } = matchUri(uri, resources);
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
