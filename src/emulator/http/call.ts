import type { IncomingMessage } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import type { Tokens } from "../state/tokens.ts";
import { failure, HttpError, unauthorized } from "./answer.ts";
import type { RequestFault } from "./faults.ts";

interface Env {
  Bindings: HttpBindings & {
    /** Bytes behind the headers of an upgrade request; absent for all others. */
    head?: Buffer | undefined;
  };
  Variables: {
    /** Fires when the caller is gone or the emulator closes. */
    signal: AbortSignal;
    faults: readonly RequestFault[];
    /** Who calls, if a valid token came. @throws {HttpError} 400 on a malformed header. */
    caller(): string | undefined;
  };
}

export type Call = Context<Env>;
export type App = Hono<Env>;

/** Who calls. @throws {HttpError} 401 without a valid token. */
export function userOf({ var: { caller } }: Call): string {
  const user = caller();
  if (user === undefined) throw unauthorized();
  return user;
}

/** Who sends a request, if a valid token came. @throws {HttpError} 400 on a malformed header. Source: protocol reference 1.6. */
export function callerOf({ headers, url = "" }: IncomingMessage, tokens: Tokens): string | undefined {
  const offered = headers["sec-websocket-protocol"]
    ?.split(" ")
    .find((item) => item.startsWith(PROTOCOL_PREFIX));
  const token =
    headers.authorization === undefined
      ? (offered?.slice(PROTOCOL_PREFIX.length) ?? queryIn(url).get("neuro-auth-token"))
      : bearerIn(headers.authorization);
  return token === null ? undefined : tokens.userOf(token);
}

const PROTOCOL_PREFIX = "bearer.apolo.us-";

function bearerIn(header: string): string {
  const space = header.indexOf(" ");
  if (space < 0) throw failure(400, "No credentials");
  if (header.slice(0, space).toLowerCase() !== "bearer")
    throw failure(400, "Unexpected authorization scheme");
  return header.slice(space + 1);
}

/** What a `:name` of the path stands for, decoded. */
export function param(call: Call, name: string): string {
  return call.req.param(name) ?? "";
}

export function queryOf({ env: { incoming } }: Call): URLSearchParams {
  return queryIn(incoming.url ?? "");
}

function queryIn(url: string): URLSearchParams {
  return new URLSearchParams(/\?(.*)$/s.exec(url)?.[1]);
}

/** Largest JSON or form body; the platform's web framework stops there too. */
const MAX_BODY_BYTES = 1024 * 1024;

/** The whole body. @throws {HttpError} 413 above 1 MiB, once the rest of it is read too. */
async function readBody({ req }: Call): Promise<string> {
  const { byteLength } = await req.arrayBuffer();
  if (byteLength <= MAX_BODY_BYTES) return req.text();
  const text = `Maximum request body size ${MAX_BODY_BYTES} exceeded, actual body size ${byteLength}`;
  throw new HttpError(413, text);
}

export async function readForm(call: Call): Promise<URLSearchParams> {
  return new URLSearchParams(await readBody(call));
}

/** The body as JSON. @throws {HttpError} 400 with the text of the platform's decoder. Source: protocol reference 3.8. */
export async function readJson(call: Call): Promise<unknown> {
  const text = await readBody(call);
  try {
    return JSON.parse(text);
  } catch {
    return decodeLoosely(text);
  }
}

/** The platform's decoder takes `NaN` as well; its error names where invalid JSON begins. */
function decodeLoosely(text: string): unknown {
  try {
    return JSON.parse(text.replace(/(?<=[[:,]\s*)(NaN|-?Infinity)(?=\s*[\],}])/g, "null"));
  } catch (error) {
    const start = /^\s*(\{\s*(?!["}\s]))?/.exec(text)?.[0] ?? "";
    const wanted = start.trim() === "" ? "value" : "property name enclosed in double quotes";
    const before = start.split("\n");
    const place = `line ${before.length} column ${(before.at(-1)?.length ?? 0) + 1} (char ${start.length})`;
    throw failure(400, `Expecting ${wanted}: ${place}`, error);
  }
}

/** A body that goes out as it comes, as fast as the caller reads. One that fails breaks off. */
export function streamed(
  call: Call,
  chunks: AsyncIterable<Uint8Array>,
  headers: Record<string, string>,
): Response {
  const framing = "Content-Length" in headers ? {} : { "Transfer-Encoding": "chunked" };
  return new Response(ReadableStream.from(untilFailure(call, chunks)), {
    headers: { ...framing, ...headers },
  });
}

/** The server's own way with a failure is to print it, on stdout too, which is the protocol's. */
async function* untilFailure({ env }: Call, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch {
    env.outgoing.destroy();
  }
}
