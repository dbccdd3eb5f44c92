import type { JobDescription } from "../client/index.ts";
import { jobUri } from "../jobs/names/ids.ts";
import type { Reply } from "../tools/define-tool.ts";
import type { Connection } from "./connection.ts";

const MOST_LINKS = 3;

/** What a tool replied, as a client gets it. */
export function result(reply: Reply<object>, connection: Connection) {
  const structuredContent = mapFields(reply.data, connection.scrub);
  const text = { type: "text" as const, text: connection.scrub(reply.text) };
  const { jobs = [], picture } = reply;
  // A list's rows carry the ids already; links to each would be most of the answer.
  const links = jobs.length > MOST_LINKS ? [] : jobs.map((job) => link(job, connection));
  return { structuredContent, content: [text, ...pictures(picture), ...links] };
}

function pictures(png: Reply<object>["picture"]) {
  if (png === undefined) return [];
  return [{ type: "image" as const, data: Buffer.from(png).toString("base64"), mimeType: "image/png" }];
}

function link(job: JobDescription, { scrub }: Connection) {
  const name = scrub(job.name ?? job.id);
  return { type: "resource_link" as const, uri: jobUri(job), name, mimeType: "application/json" };
}

/** The same data with every text in it passed through `change`, and without keys that are not set. */
function mapFields(fields: object, change: (text: string) => string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [change(key), mapStrings(value, change)]),
  );
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  return typeof value === "object" && value !== null ? mapFields(value, change) : value;
}
