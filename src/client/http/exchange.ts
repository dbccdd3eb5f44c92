import type { Dispatcher } from "undici";
import type { PlatformClock } from "../clock.ts";
import type { Connections } from "./proxies.ts";

/** One HTTP request as it goes out. */
interface Outgoing {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string | undefined;
  signal: AbortSignal;
}

/** One HTTP answer; exactly one of `text`, `beginning`, `chunks` and `discard` must be called. */
export interface Incoming {
  status: number;
  header(name: string): string | undefined;
  /** The body says where it ends; else it ends with the connection, and whether it is whole cannot be known. */
  hasEnd: boolean;
  /** All of it. @throws when that is more than any answer should be */
  text(): Promise<string>;
  /** What a refusal says, and no more. */
  beginning(): Promise<string>;
  chunks(): AsyncIterable<Uint8Array>;
  discard(): Promise<void>;
}

/** Several times the largest configuration. */
const MOST_BYTES = 16 * 1024 * 1024;
const BEGINNING_BYTES = 64 * 1024;

/** An answer that does not end where any would. */
export class TooLargeError extends Error {
  override readonly message = `more than ${MOST_BYTES / 1024 / 1024} MiB`;
}

/** Sends one request and gives its answer as soon as the headers are there. Follows no redirect. */
export type Exchange = (outgoing: Outgoing) => Promise<Incoming>;

/** Requests through undici's pools, at a third of the cost of `fetch`; every answer tells the platform's time. */
export function poolExchange(connections: Connections, clock: PlatformClock): Exchange {
  return async ({ url, method, headers, body, signal }) => {
    const sentMs = Date.now();
    const { origin, pathname, search } = new URL(url);
    const answer = await connections.dispatcherFor(url).request({
      ...{ origin, path: pathname + search },
      // undici types the method as a closed list of words; ours come from this folder only.
      method: method as Dispatcher.HttpMethod,
      headers,
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
      ...(body === undefined ? {} : { body }),
    });
    const header = (name: string) => {
      const value = answer.headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    clock.note(header("date"), sentMs);
    return {
      status: answer.statusCode,
      hasEnd: "content-length" in answer.headers || "transfer-encoding" in answer.headers,
      header,
      text: () => textOf(answer.body),
      beginning: () => beginningOf(answer.body),
      chunks: () => answer.body,
      discard: () => answer.body.dump({ limit: 65_536 }),
    };
  };
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new TooLargeError();
  }
  return decoded(chunks);
}

async function beginningOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= BEGINNING_BYTES) break;
  }
  return decoded(chunks);
}

function decoded(chunks: Uint8Array[]): string {
  return new TextDecoder().decode(Buffer.concat(chunks));
}
