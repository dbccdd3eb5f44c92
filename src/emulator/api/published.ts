import { once } from "node:events";
import { request as httpRequest, type ServerResponse } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { getCookie } from "hono/cookie";
import type { ApiContext } from "../context.ts";
import { HttpError } from "../http/answer.ts";
import type { App, Call } from "../http/call.ts";
import type { RunningJob } from "../run/job-process.ts";
import type { JobRecord } from "../state/job.ts";
import { orgProjectHash, unquote } from "../state/names.ts";

/** First segment of the address of every job's page. */
export const PUBLISHED = "http";
/** The cookie that stands for a login at jobs' pages, and only there. Source: protocol reference 3.7. */
export const LOGIN_COOKIE = "dat";

interface Published {
  running: RunningJob;
  port: number;
  /** Path and query as the job sees them. */
  path: string;
}

/** Hands requests for jobs' published ports to the jobs: `/http/<id or name--hash>/…`. Source: protocol reference 3.7 (`http_url`). */
export function publishedPorts(app: App, context: ApiContext): void {
  app.all(`/${PUBLISHED}/*`, async (call) => {
    const published = publishedAt(context, call);
    if (published === undefined) return new Response("This job publishes no port.\n");
    if (call.env.head === undefined) await forward(published, call.env);
    else await tunnel(published, call.env, call.env.head);
    return RESPONSE_ALREADY_SENT;
  });
}

/** Undefined for a running job that publishes nothing. @throws {HttpError} if no job runs there, or the caller may not see it. */
function publishedAt(context: ApiContext, call: Call): Published | undefined {
  const { incoming, head } = call.env;
  const [, , label = "", ...rest] = call.req.path.split("/");
  const job = labelled(context, unquote(label));
  const http = job?.container.http;
  const running = job === undefined ? undefined : context.lifecycle.running(job.id);
  if (running === undefined || (http === undefined && head !== undefined))
    throw new HttpError(404, "default backend - 404\n");
  if (http === undefined) return undefined;
  const isKnown = () =>
    (call.var.caller() ?? context.tokens.userOf(getCookie(call, LOGIN_COOKIE) ?? "")) !== undefined;
  if (http.requires_auth && !isKnown()) throw loginNeeded(call);
  const [query = ""] = /\?.*$/s.exec(incoming.url ?? "") ?? [];
  return { running, port: http.port, path: `/${rest.join("/")}${query}` };
}

/** A browser is shown the login page; a handshake cannot be sent elsewhere. */
function loginNeeded({ env: { incoming, head } }: Call): HttpError {
  if (head !== undefined) return new HttpError(401, "401 Authorization Required\n");
  const login = `/authorize?${new URLSearchParams({ redirect_uri: incoming.url ?? "" })}`;
  return new HttpError(302, "", { headers: { Location: login } });
}

/** Resolves once the job begins to answer, or has failed to. */
async function forward(
  { running, port, path }: Published,
  { incoming, outgoing }: HttpBindings,
): Promise<void> {
  const socket = await running.connect(port).catch(() => undefined);
  if (socket === undefined) return badGateway(outgoing);
  const { method, headers } = incoming;
  const onward = httpRequest({ createConnection: () => socket, method, path, headers });
  outgoing.on("close", () => onward.destroy());
  incoming.pipe(onward);
  onward.on("error", () => badGateway(outgoing));
  onward.on("response", (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  await Promise.race([once(onward, "response"), once(onward, "close")]).catch(() => undefined);
}

/** A WebSocket to the job: the handshake is repeated as it came, then bytes go both ways. */
async function tunnel(
  { running, port, path }: Published,
  { incoming, outgoing }: HttpBindings,
  head: Buffer,
): Promise<void> {
  const { socket, method, rawHeaders } = incoming;
  outgoing.detachSocket(socket);
  try {
    const onward = await running.connect(port);
    const headers = rawHeaders.map((item, index) => (index % 2 === 0 ? `${item}: ` : `${item}\r\n`)).join("");
    onward.write(`${method} ${path} HTTP/1.1\r\n${headers}\r\n`);
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

function badGateway(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(502, { "Content-Type": "text/plain" });
  response.end("502 Bad Gateway\n");
}
