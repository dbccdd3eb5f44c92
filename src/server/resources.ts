import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ReadResourceRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { Limit } from "../client/index.ts";
import { resources } from "../resources/index.ts";
import { newestJobs } from "../resources/newest.ts";
import type { Connection } from "./connection.ts";
import { readResource } from "./read-resource.ts";
import { serveSubscriptions } from "./subscriptions.ts";

/** Offers what can be attached to a conversation: fixed ones, the newest jobs, and templates for the rest. */
export function serveResources(server: Server, connection: Connection): void {
  const { announceList } = serveSubscriptions(server, connection);
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: resources
      .filter(isTemplate)
      .map(({ uriTemplate, ...resource }) => ({ ...describe(resource), uriTemplate })),
  }));
  server.setRequestHandler(ListResourcesRequestSchema, async (_request, extra) => {
    const fixed = resources
      .filter((resource) => !isTemplate(resource))
      .map(({ uriTemplate, ...resource }) => ({ ...describe(resource), uri: uriTemplate }));
    const limit = new Limit([extra.signal, connection.closing], { expectedMs: connection.limits.callMs });
    const { caller } = connection;
    await announceList();
    // A list must not fail because the platform is away or nobody is logged in: reading says why.
    const jobs = await newestJobs({ caller, signal: limit.signal })
      .catch(() => [])
      .finally(() => limit.close());
    const { scrub } = connection;
    const listed = jobs.map((job) => ({
      ...job,
      name: scrub(job.name),
      description: scrub(job.description),
    }));
    return { resources: [...fixed, ...listed] };
  });
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }, extra) => {
    const limit = new Limit([extra.signal, connection.closing], { expectedMs: connection.limits.callMs });
    try {
      return { contents: [await readResource(uri, connection, limit.signal)] };
    } finally {
      limit.close();
    }
  });
}

function isTemplate({ uriTemplate }: { uriTemplate: string }): boolean {
  return uriTemplate.includes("{");
}

function describe({ name, title, description, mimeType }: Omit<(typeof resources)[number], "uriTemplate">) {
  return { name, title, description, mimeType };
}
