import { isTimeout } from "./limit.ts";

/** Whoever runs the server is told of each request to the platform: no address, no query, no text. */
export interface PlatformObserver {
  /** A request goes out; WebSockets begin with one. */
  request(request: ObservedRequest): RequestUnderWay;
  /** A WebSocket was opened, or has closed. */
  socket(change: 1 | -1): void;
}

/** A request to the platform, in words that name no job, user or secret. */
export interface ObservedRequest {
  method: string;
  /** The path with a placeholder for each thing that it names: `/api/v1/jobs/{}`. */
  route: string;
  host: string;
  port: number;
}

/** One request, from the side of whoever watches it. */
export interface RequestUnderWay {
  /** To be sent along: they carry a trace on. */
  headers: Readonly<Record<string, string>>;
  /** Called once, when the answer is read or has failed. */
  ended(end: RequestEnd): void;
}

/** The status where there was an answer, and why it is missing or not whole. */
export interface RequestEnd {
  status?: number | undefined;
  failure?: "cancelled" | "timed_out" | "failed" | undefined;
}

/** What the platform's own paths are made of. */
const WORDS: ReadonlySet<string> = new Set(
  "api v1 v2 auth oauth token config jobs max_run_time_minutes log_ws exec attach kill capacity port_forward save top secrets disks".split(
    " ",
  ),
);

/**
 * A request as it is told: what is no word of the platform's becomes a placeholder, so that there are few routes. Its
 * parts are found out when somebody reads them: mostly nobody does.
 */
export function observedRequest({ method, url }: { method: string; url: string }): ObservedRequest {
  return {
    method,
    get route() {
      return new URL(url).pathname.split("/").map(routePart).join("/");
    },
    get host() {
      return new URL(url).hostname;
    },
    get port() {
      const { protocol, port } = new URL(url);
      return Number(port || (protocol === "https:" ? 443 : 80));
    },
  };
}

function routePart(part: string): string {
  return part === "" || WORDS.has(part) ? part : "{}";
}

/** Why something ended that a signal may have ended. */
export function failureOf({ aborted, reason }: { aborted: boolean; reason: unknown }): RequestEnd["failure"] {
  if (!aborted) return "failed";
  return isTimeout(reason) ? "timed_out" : "cancelled";
}
