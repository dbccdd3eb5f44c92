import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  ErrorCode,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  McpError,
  ReadResourceRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { PlatformError } from "../client/index.ts";
import { resources } from "../resources/index.ts";
import { listJobs } from "../resources/list-jobs.ts";
import { matchUri } from "../resources/match-uri.ts";
import type { Connection } from "./connection.ts";
import { describeError } from "./errors.ts";

/** The protocol's own code for a resource that is not there. */
const RESOURCE_NOT_FOUND = -32002;

/** Offers what can be attached to a conversation: fixed ones, the newest jobs, and templates for the rest. */
export function serveResources(server: Server, connection: Connection): void {
  const { platform, session, closing, scrub } = connection;
  const isTemplate = ({ uriTemplate }: { uriTemplate: string }) => uriTemplate.includes("{");
  const describe = ({ name, title, description, mimeType }: (typeof resources)[number]) => ({
    ...{ name, title, description, mimeType },
  });
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: resources
      .filter(isTemplate)
      .map((resource) => ({ ...describe(resource), uriTemplate: resource.uriTemplate })),
  }));
  server.setRequestHandler(ListResourcesRequestSchema, async (_request, extra) => {
    const fixed = resources
      .filter((resource) => !isTemplate(resource))
      .map((resource) => ({ ...describe(resource), uri: resource.uriTemplate }));
    const signal = AbortSignal.any([extra.signal, closing]);
    // A list must not fail because the platform is away or nobody is logged in: reading says why.
    const jobs = await listJobs(platform, signal).catch(() => []);
    return { resources: [...fixed, ...jobs] };
  });
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }, extra) => {
    const match = matchUri(uri, resources);
    if (match === undefined)
      throw refusal(
        RESOURCE_NOT_FOUND,
        `invalid_argument: there is no resource ${uri}; list the templates.`,
        uri,
      );
    const { resource, variables } = match;
    const signal = AbortSignal.any([extra.signal, closing]);
    try {
      const text = scrub(await resource.read(variables, { platform, session, signal }));
      return { contents: [{ uri, mimeType: resource.mimeType, text }] };
    } catch (error) {
      const text = scrub(describeError(error, `reading ${uri}`));
      const unknown = error instanceof PlatformError && error.code === "not_found";
      throw refusal(unknown ? RESOURCE_NOT_FOUND : ErrorCode.InternalError, text, uri);
    }
  });
}

function refusal(code: number, text: string, uri: string): McpError {
  return new McpError(code, text, { uri });
}
