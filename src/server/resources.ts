import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ReadResourceRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { resources } from "../resources/index.ts";
import { listJobs } from "../resources/list-jobs.ts";
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
    const signal = AbortSignal.any([extra.signal, connection.closing]);
    // A list must not fail because the platform is away or nobody is logged in: reading says why.
    const jobs = await listJobs(connection.platform, signal).catch(() => []);
    announceList();
    return { resources: [...fixed, ...jobs] };
  });
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }, extra) => {
    const signal = AbortSignal.any([extra.signal, connection.closing]);
    return { contents: [await readResource(uri, connection, signal)] };
  });
}

function isTemplate({ uriTemplate }: { uriTemplate: string }): boolean {
  return uriTemplate.includes("{");
}

function describe({ name, title, description, mimeType }: Omit<(typeof resources)[number], "uriTemplate">) {
  return { name, title, description, mimeType };
}
