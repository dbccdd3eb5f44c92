import type { IncomingMessage, ServerResponse } from "node:http";
import { request as httpRequest } from "node:http";
import { callerOf } from "../http/authenticate.ts";
import type { Target } from "../http/target.ts";
import type { JobRecord } from "../state/job.ts";
import { orgProjectHash } from "../state/names.ts";
import type { ApiContext } from "./context.ts";

const PREFIX = "http";

/**
 * Hands a request for a job's published port to the job: `/http/<id or name--hash>/…`. False if the request is
 * for something else. Source: protocol reference 3.7 (`http_url`).
 */
export function servePublished(
  context: ApiContext,
  { request, response, target }: { request: IncomingMessage; response: ServerResponse; target: Target },
): boolean {
  const [prefix, label = "", ...rest] = target.segments;
  if (prefix !== PREFIX) return false;
  const job = labelled(context, label);
  const http = job?.container.http;
  const running = job === undefined ? undefined : context.lifecycle.running(job.id);
  if (http === undefined || running === undefined) {
    plain(response, 404, "default backend - 404");
    return true;
  }
  if (http.requires_auth && callerOf(request, target.query, context.tokens) === undefined) {
    plain(response, 401, "401 Authorization Required");
    return true;
  }
  const path = `/${rest.map(encodeURIComponent).join("/")}${queryOf(request)}`;
  running.connect(http.port).then(
    (socket) => {
      const { method, headers } = request;
      const onward = httpRequest({ createConnection: () => socket, method, path, headers });
      onward.on("response", (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on("error", () => plain(response, 502, "502 Bad Gateway"));
      response.on("close", () => onward.destroy());
      request.pipe(onward);
    },
    () => plain(response, 502, "502 Bad Gateway"),
  );
  return true;
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

function plain(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { "Content-Type": "text/plain" });
  response.end(`${text}\n`);
}
