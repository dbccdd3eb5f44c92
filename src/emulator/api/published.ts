import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { callerOf } from "../http/authenticate.ts";
import { HttpError } from "../http/http-error.ts";
import type { Target } from "../http/target.ts";
import type { RunningJob } from "../run/runner.ts";
import type { JobRecord } from "../state/job.ts";
import { orgProjectHash } from "../state/names.ts";
import type { Tokens } from "../state/tokens.ts";
import type { ApiContext } from "./context.ts";

/** First segment of the address of every job's page. */
export const PUBLISHED = "http";
/** The cookie that stands for a login at jobs' pages, and only there. Source: protocol reference 3.7. */
export const LOGIN_COOKIE = "dat";
const FALLBACK = "This job publishes no port.\n";

interface Published {
  running: RunningJob;
  port: number;
  /** Path and query as the job sees them. */
  path: string;
}

/**
 * Hands requests for jobs' published ports to the jobs: `/http/<id or name--hash>/…`. Both functions say false
 * if the request is for something else. Source: protocol reference 3.7 (`http_url`).
 */
export function publishedPorts(context: ApiContext): {
  request(request: IncomingMessage, response: ServerResponse, target: Target): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, target: Target & { head: Buffer }): boolean;
} {
  return {
    request(request, response, target) {
      if (target.segments[0] !== PUBLISHED) return false;
      const published = publishedAt(context, request, target);
      if (published === undefined) response.end(FALLBACK);
      else void forward(published, request, response);
      return true;
    },
    upgrade(request, socket, target) {
      if (target.segments[0] !== PUBLISHED) return false;
      const published = publishedAt(context, request, target);
      if (published === undefined) throw notFound();
      void tunnel(published, request, { socket, head: target.head });
      return true;
    },
  };
}

/** Undefined for a running job that publishes nothing. @throws {HttpError} if no job runs there, or the caller may not see it. */
function publishedAt(
  context: ApiContext,
  request: IncomingMessage,
  { segments, query }: Target,
): Published | undefined {
  const [, label = "", ...rest] = segments;
  const job = labelled(context, label);
  const http = job?.container.http;
  const running = job === undefined ? undefined : context.lifecycle.running(job.id);
  if (running === undefined) throw notFound();
  if (http === undefined) return undefined;
  if (http.requires_auth && visitorOf(request, query, context.tokens) === undefined)
    throw loginNeeded(request);
  return { running, port: http.port, path: `/${rest.map(encodeURIComponent).join("/")}${queryOf(request)}` };
}

function notFound(): HttpError {
  return new HttpError(404, "default backend - 404\n");
}

/** A browser is shown the login page; a handshake cannot be sent elsewhere. */
function loginNeeded({ url = "", headers }: IncomingMessage): HttpError {
  if (headers.upgrade !== undefined) return new HttpError(401, "401 Authorization Required\n");
  const login = `/authorize?${new URLSearchParams({ redirect_uri: url })}`;
  return new HttpError(302, "", { headers: { Location: login } });
}

function visitorOf(request: IncomingMessage, query: URLSearchParams, tokens: Tokens): string | undefined {
  const cookies = (request.headers.cookie ?? "").split(";").map((cookie) => cookie.trim());
  const login = cookies.find((cookie) => cookie.startsWith(`${LOGIN_COOKIE}=`));
  const token = login?.slice(LOGIN_COOKIE.length + 1) ?? "";
  return callerOf(request, query, tokens) ?? tokens.userOf(token);
}

async function forward(
  { running, port, path }: Published,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const socket = await running.connect(port);
    const { method, headers } = request;
    const onward = httpRequest({ createConnection: () => socket, method, path, headers });
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => badGateway(response));
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  } catch {
    badGateway(response);
  }
}

/** A WebSocket to the job: the handshake is repeated as it came, then bytes go both ways. */
async function tunnel(
  { running, port, path }: Published,
  request: IncomingMessage,
  { socket, head }: { socket: Duplex; head: Buffer },
): Promise<void> {
  try {
    const onward = await running.connect(port);
    const headers = Array.from({ length: request.rawHeaders.length / 2 }, (_, index) => {
      return `${request.rawHeaders[index * 2]}: ${request.rawHeaders[index * 2 + 1]}`;
    });
    onward.write(`${request.method} ${path} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`);
    onward.write(head);
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
    onward.pipe(socket).pipe(onward);
  } catch {
    socket.destroy();
  }
}

function labelled({ table }: ApiContext, label: string): JobRecord | undefined {
  const job = table.get(label);
  if (job !== undefined) return job;
  const mark = label.lastIndexOf("--");
  const named = table.list({ name: label.slice(0, Math.max(0, mark)), reverse: true });
  return named.find(({ org, project }) => orgProjectHash(org, project) === label.slice(mark + 2));
}

function queryOf({ url = "" }: IncomingMessage): string {
  const mark = url.indexOf("?");
  return mark < 0 ? "" : url.slice(mark);
}

function badGateway(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(502, { "Content-Type": "text/plain" });
  response.end("502 Bad Gateway\n");
}
