import { Limit } from "../client/index.ts";
import { matchUri, resources } from "../resources/index.ts";
import { newestJobs } from "../resources/jobs.ts";
import type { Connection, Request } from "./connection.ts";
import { toProtocolError } from "./errors.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** Offers what can be attached to a conversation: fixed ones, the newest jobs, and templates for the rest. */
export function serveResources(connection: Connection, subscriptions: Subscriptions) {
  const { callMs, closing, scrub } = connection;
  const limitFor = ({ signal }: Request) => new Limit([signal, closing], { expectedMs: callMs });
  const offered = resources.map(({ read: _, changesWith: __, ...resource }) => resource);
  const fixed = offered
    .filter((resource) => !isTemplate(resource))
    .map(({ uriTemplate: uri, ...resource }) => ({ ...resource, uri }));
  return {
    templates: () => ({ resourceTemplates: offered.filter(isTemplate) }),
    async list(request: Request) {
      const limit = limitFor(request);
      await subscriptions.announceList();
      // A list must not fail because the platform is away or nobody is logged in: reading says why.
      const jobs = await newestJobs({ caller: connection.caller, signal: limit.signal })
        .catch(() => [])
        .finally(() => limit.close());
      const listed = jobs.map((job) => ({
        ...job,
        name: scrub(job.name),
        description: scrub(job.description),
      }));
      return { resources: [...fixed, ...listed] };
    },
    async read({ uri }: { uri: string }, request: Request) {
      const limit = limitFor(request);
      try {
        return { contents: [await readResource(uri, connection, limit.signal)] };
      } finally {
        limit.close();
      }
    },
  };
}

/** One resource as it is sent. @throws {ProtocolError} */
export async function readResource(
  uri: string,
  { caller, scrub }: Connection,
  signal: AbortSignal,
): Promise<{ uri: string; mimeType: string } & ({ text: string } | { blob: string })> {
  try {
    const { resource, variables } = matchUri(uri);
    const read = await resource.read(variables, { caller, signal });
    return typeof read === "string"
      ? { uri, mimeType: resource.mimeType, text: scrub(read) }
      : { uri, mimeType: "application/octet-stream", blob: read.bytes.toString("base64") };
  } catch (error) {
    throw toProtocolError(error, { what: `reading ${uri}`, uri, scrub });
  }
}

function isTemplate({ uriTemplate }: { uriTemplate: string }): boolean {
  return uriTemplate.includes("{");
}
