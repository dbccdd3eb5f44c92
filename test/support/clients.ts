import {
  Client as NewClient,
  StreamableHTTPClientTransport as NewHttp,
  type Transport as NewTransport,
} from "@modelcontextprotocol/client";
import { StdioClientTransport as NewStdio } from "@modelcontextprotocol/client/stdio";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as OldStdio } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as OldHttp } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport as OldTransport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { CallToolResultSchema, ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { onTestFinished } from "vitest";
import { connectPlatform, loginFromPassedConfig } from "../../src/client/index.ts";
import { serveHttp } from "./http.ts";

/** A way to a server, for the transports of both SDKs. */
export interface Link {
  oldTransport(): OldTransport;
  newTransport(): NewTransport;
  /** Processes that were started for it. */
  processes(): number[];
}

/** What a person says to a question. */
export type Answer = "accept" | "decline" | "cancel";

type Answering = (question: string) => Promise<Answer>;

interface CallOptions {
  signal?: AbortSignal;
  onprogress?: (progress: { message?: string | undefined }) => void;
}

/** A message on the wire. Tests look into many shapes; vitest's matchers check them. */
// biome-ignore lint/suspicious/noExplicitAny: see above.
type Frame = any;

/** A client of whichever SDK, and what went over its wire after the connection was opened. */
export interface Peer {
  client: OldClient | NewClient;
  /** The version of the protocol that was agreed on. */
  version: string | undefined;
  sent: Frame[];
  heard: Frame[];
  // biome-ignore lint/suspicious/noExplicitAny: see Frame.
  call(name: string, args: Record<string, unknown>, options?: CallOptions): Promise<any>;
  /** Wants to be told of a resource, in the way of its era. */
  follow(uri: string): Promise<unknown>;
}

export interface Kind {
  name: string;
  isOld: boolean;
  version: string;
  connect(link: Link, answer?: Answering): Promise<Peer>;
}

export const NEWEST = "2026-07-28";
const LAST_OLD = "2025-11-25";
const INFO = { name: "test", version: "0" };

/** The clients that this server must please. */
export const KINDS: readonly Kind[] = [
  { name: "of the old SDK", isOld: true, version: LAST_OLD, connect: connectOld },
  { name: "of the new SDK", isOld: true, version: LAST_OLD, connect: connectNew("legacy") },
  { name: "of the new SDK that asks first", isOld: false, version: NEWEST, connect: connectNew("auto") },
  {
    ...{ name: `of the new SDK that wants ${NEWEST}`, isOld: false, version: NEWEST },
    connect: connectNew({ pin: NEWEST }),
  },
];

/** The built bin, a process for each connection. */
export function stdioLink(env: Record<string, string>, args: string[] = []): Link {
  const { PATH = "", HOME = "" } = process.env;
  const server = {
    ...{ command: process.execPath, args: ["dist/main.js", ...args] },
    ...{ env: { PATH, HOME, ...env }, stderr: "ignore" as const },
  };
  const opened: (OldStdio | NewStdio)[] = [];
  const open = <T extends OldStdio | NewStdio>(transport: T): T => {
    opened.push(transport);
    return transport;
  };
  return {
    oldTransport: () => open(new OldStdio(server)),
    newTransport: () => open(new NewStdio(server)),
    processes: () => opened.flatMap(({ pid }) => pid ?? []),
  };
}

/** A server over HTTP in this process, for all connections. */
export async function httpLink(passedConfig: string): Promise<Link> {
  const platform = connectPlatform(loginFromPassedConfig(passedConfig));
  const { url } = await serveHttp(platform, { isLocal: true });
  onTestFinished(() => platform.close());
  return {
    oldTransport: () => new OldHttp(url),
    newTransport: () => new NewHttp(url),
    processes: () => [],
  };
}

async function connectOld(link: Link, answer?: Answering): Promise<Peer> {
  const client = new OldClient(INFO, { capabilities: answer === undefined ? {} : { elicitation: {} } });
  if (answer !== undefined)
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => ({
      action: await answer(params.message),
    }));
  const transport = link.oldTransport();
  let version: string | undefined;
  transport.setProtocolVersion = (agreed) => {
    version = agreed;
  };
  await client.connect(transport);
  onTestFinished(() => client.close());
  return {
    ...{ client, version, ...tap(transport) },
    call: (name, args, options) =>
      client.callTool({ name, arguments: args }, CallToolResultSchema, { ...options }),
    follow: (uri) => client.subscribeResource({ uri }),
  };
}

function connectNew(mode: "legacy" | "auto" | { pin: string }) {
  return async (link: Link, answer?: Answering): Promise<Peer> => {
    const capabilities = answer === undefined ? {} : { elicitation: { form: {} } };
    const client = new NewClient(INFO, { capabilities, versionNegotiation: { mode } });
    if (answer !== undefined)
      client.setRequestHandler("elicitation/create", async ({ params }) => ({
        action: await answer(params.message),
      }));
    const transport = link.newTransport();
    await client.connect(transport);
    onTestFinished(() => client.close());
    return {
      ...{ client, version: client.getNegotiatedProtocolVersion(), ...tap(transport) },
      call: (name, args, options) => client.callTool({ name, arguments: args }, { ...options }),
      follow: (uri) =>
        client.getProtocolEra() === "modern"
          ? client.listen({ resourceSubscriptions: [uri] })
          : client.subscribeResource({ uri }),
    };
  };
}

/** Reads what passes through an open transport: the clients show it by what they know only. */
function tap(transport: OldTransport | NewTransport): Pick<Peer, "sent" | "heard"> {
  const [sent, heard]: [Frame[], Frame[]] = [[], []];
  const { onmessage, send } = transport;
  transport.onmessage = (message: Frame, extra?: Frame) => {
    heard.push(message);
    onmessage?.call(transport, message, extra);
  };
  transport.send = (message: Frame, options?: Frame) => {
    sent.push(message);
    return send.call(transport, message, options);
  };
  return { sent, heard };
}
