import type { IncomingMessage, ServerResponse } from "node:http";

/** What a route is told about its request. */
export interface ApiCall {
  /** Empty where the route needs no caller and none is known. */
  user: string;
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  request: IncomingMessage;
  response: ServerResponse;
  /** Fires when the caller is gone or the emulator closes. */
  signal: AbortSignal;
}

/** An answer: `json` or `text` or neither (204, 200 without a body). */
export interface Answer {
  status: number;
  json?: unknown;
  text?: string;
  headers?: Record<string, string>;
}

/** One method on one path. `:name` matches one segment that is not empty, a last `*` all the rest. */
export interface ApiRoute {
  method: string;
  path: string;
  /** Whether a valid token must come; `maybe` tells who it is if one came. */
  auth: "needed" | "maybe" | "none";
  /** Returns nothing if it wrote the response itself. @throws {HttpError} */
  handle(call: ApiCall): Promise<Answer | undefined>;
}

interface Pathed {
  path: string;
}

/** A route whose path fits, and what its `:names` stand for. */
export interface Match<T> {
  route: T;
  params: Record<string, string>;
}

/** Finds routes by path; a literal segment wins over a `:name`, a `:name` over `*`. */
export interface Router<T extends Pathed> {
  find(segments: readonly string[]): Match<T>[];
}

export function openRouter<T extends Pathed>(routes: readonly T[]): Router<T> {
  const compiled = routes
    .map((route) => ({ route, pattern: route.path.split("/").filter((part) => part !== "") }))
    .sort((a, b) => looseness(a.pattern) - looseness(b.pattern));
  return {
    find: (segments) =>
      compiled.flatMap(({ route, pattern }) => {
        const params = match(pattern, segments);
        return params === undefined ? [] : [{ route, params }];
      }),
  };
}

function match(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  const open = pattern.at(-1) === "*";
  if (open ? segments.length < pattern.length - 1 : segments.length !== pattern.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? "";
    if (part === "*") params["*"] = segments.slice(index).join("/");
    else if (part.startsWith(":") && segment !== "") params[part.slice(1)] = segment;
    else if (part !== segment) return undefined;
  }
  return params;
}

function looseness(pattern: readonly string[]): number {
  return pattern.reduce((sum, part) => sum + (part === "*" ? 100 : part.startsWith(":") ? 1 : 0), 0);
}
