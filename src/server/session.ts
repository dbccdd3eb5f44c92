import { setMaxListeners } from "node:events";
import type { Place } from "../client/index.ts";
import { type Caller, inPlace } from "../operations/caller.ts";
import { offeredPrompts } from "../prompts/index.ts";
import type { Tool } from "../tools/define-tool.ts";
import { offered } from "../tools/index.ts";
import { PAGE_URI, pageContents } from "./apps.ts";
import { completions } from "./completions.ts";
import type { Client, Connection } from "./connection.ts";
import { instructions } from "./instructions.ts";
import { observed } from "./observed.ts";
import { servePrompts } from "./prompts.ts";
import { serveResources } from "./resources.ts";
import { makeScrub } from "./scrub.ts";
import { Subscriptions } from "./subscriptions.ts";
import { serveTasks } from "./tasks.ts";
import { listTools, serveTools } from "./tools.ts";

/** Clients give up after 60 s, some after 45 s. */
const CALL_MS = 44_000;

export interface ServerOptions {
  /** Whether the agent works on this machine, so that a port opened here is of use to it. */
  isLocal?: boolean;
  /** How long a call may take. */
  callMs?: number;
  /** Tools beside the product's own, for tests of the protocol. */
  extraTools?: readonly Tool[];
}

/** What all sessions of a caller are offered. */
export interface Offer {
  tools: readonly Tool[];
  /** The tools as they are listed, made when first wanted. */
  listing(): ReturnType<typeof listTools>;
  instructions: string;
}

export function makeOffer(
  { policy }: Pick<Caller, "policy">,
  { isLocal = true, extraTools = [] }: ServerOptions,
): Offer {
  const tools = [...offered(policy, { isLocal }), ...extraTools];
  let listing: ReturnType<typeof listTools> | undefined;
  return {
    tools,
    listing: () => (listing ??= listTools(tools)),
    instructions: instructions(tools),
  };
}

interface SessionOptions extends ServerOptions {
  offer: Offer;
  client: Client;
  /** Whether the client says what it wants to be told of, so that nothing is told unasked. */
  listens(): boolean;
  /** Whether all its requests are one client's, so that they may share what it has selected. */
  isOneClient?: boolean;
}

export type Session = ReturnType<typeof openSession>;

/** One session of a caller: how its requests are answered. Knows no SDK. */
export function openSession(
  caller: Caller,
  { offer, client, listens, isOneClient = true, isLocal = true, callMs = CALL_MS }: SessionOptions,
) {
  const closing = new AbortController();
  // Every call in progress listens to it.
  setMaxListeners(0, closing.signal);
  const scrub = makeScrub(caller.policy.secrets, () => caller.platform.secrets());
  const place = new SelectedPlace(caller);
  const connection: Connection = {
    get caller() {
      return place.caller;
    },
    get place() {
      return place.name;
    },
    select: isOneClient ? (wanted) => place.select(wanted) : undefined,
    ...{ client, isLocal, listens, scrub, callMs },
    closing: closing.signal,
  };
  const names = new Set(offer.tools.map(({ name }) => name));
  const prompts = offeredPrompts(names);
  const subscriptions = new Subscriptions(connection);
  return {
    instructions: offer.instructions,
    tools: serveTools(offer, connection),
    tasks: serveTasks(offer, connection),
    resources: observedResources(withPage(serveResources(connection, subscriptions), offer), connection),
    subscriptions,
    prompts: observedPrompts(servePrompts({ prompts, tools: names }, connection), connection),
    complete: completions(prompts, connection),
    close: () => closing.abort(),
  };
}

/** Where the calls of a session work that name no place. */
class SelectedPlace {
  readonly #login: Caller;
  caller: Caller;
  name: string | undefined;

  constructor(caller: Caller) {
    this.#login = caller;
    this.caller = caller;
  }

  select(place: Place): Caller {
    this.caller = inPlace(this.#login, place);
    this.name = [place.cluster, place.org, place.project].join("/");
    return this.caller;
  }
}

type Resources = ReturnType<typeof serveResources>;

/** The page is found by the tools that name it, and is in no list. */
function withPage(resources: Resources, { listing }: Offer): Resources {
  return {
    ...resources,
    read: async (wanted, request) =>
      wanted.uri === PAGE_URI
        ? { contents: [await pageContents(listing())] }
        : resources.read(wanted, request),
  };
}

function observedResources(resources: Resources, connection: Connection): Resources {
  return {
    ...resources,
    list: (request) =>
      observed({ method: "resources/list", request }, connection, () => resources.list(request)),
    read: (wanted, request) =>
      observed({ method: "resources/read", request }, connection, () => resources.read(wanted, request)),
  };
}

type Prompts = ReturnType<typeof servePrompts>;

function observedPrompts(prompts: Prompts, connection: Connection): Prompts {
  return {
    ...prompts,
    get(wanted, request) {
      const target = prompts.list().prompts.find(({ name }) => name === wanted.name)?.name;
      return observed({ method: "prompts/get", target, request }, connection, () =>
        prompts.get(wanted, request),
      );
    },
  };
}
