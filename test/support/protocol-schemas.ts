import { z } from "zod";

/** Versions of the protocol that a client may ask for. */
export const VERSIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"] as const;
export type Version = (typeof VERSIONS)[number];

/**
 * What each version's schema allows this server to send, closed: what a version does not know fails. By method.
 * Source: the schemas of the specification, one for each version.
 */
export function schemasOf(version: Version): Record<string, z.ZodType> {
  const has = (since: Version) => version >= since;
  /** Fields that came with a version. */
  const since = <T extends z.ZodRawShape>(from: Version, shape: T): Partial<T> => (has(from) ? shape : {});
  /** Every result says that it is one, and of whom. */
  const result = since("2026-07-28", {
    resultType: z.literal("complete"),
    _meta: z.strictObject({ "io.modelcontextprotocol/serverInfo": z.looseObject({ name: z.string() }) }),
  });
  const settled = since("2026-07-28", { ttlMs: z.int().positive(), cacheScope: z.literal("public") });
  const own = since("2026-07-28", { ttlMs: z.literal(0), cacheScope: z.literal("private") });
  const title = since("2025-06-18", { title: z.string().optional() });
  const annotations = z
    .strictObject({
      audience: z.array(z.enum(["user", "assistant"])).optional(),
      priority: z.number().min(0).max(1).optional(),
      ...since("2025-06-18", { lastModified: z.iso.datetime({ offset: true }).optional() }),
    })
    .optional();
  const contents = z.strictObject({ uri: z.string(), mimeType: z.string().optional(), text: z.string() });
  const resource = z.strictObject({
    ...{ uri: z.string(), name: z.string(), description: z.string().optional() },
    ...{ mimeType: z.string().optional(), size: z.number().optional(), annotations, ...title },
  });
  const block = z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("text"), text: z.string(), annotations }),
    z.strictObject({ type: z.literal("image"), data: z.base64(), mimeType: z.string(), annotations }),
    z.strictObject({ type: z.literal("resource"), resource: contents, annotations }),
    ...(has("2025-06-18") ? [resource.extend({ type: z.literal("resource_link") })] : []),
  ]);
  const jsonSchema = z.looseObject({
    type: z.literal("object"),
    properties: z.record(z.string(), z.looseObject({})).optional(),
    required: z.array(z.string()).optional(),
  });
  const hints = z.strictObject({
    title: z.string().optional(),
    ...{ readOnlyHint: z.boolean(), destructiveHint: z.boolean() },
    ...{ idempotentHint: z.boolean(), openWorldHint: z.boolean() },
  });
  const tool = z.strictObject({
    ...{ name: z.string(), description: z.string(), inputSchema: jsonSchema, ...title },
    ...since("2025-03-26", { annotations: hints }),
    ...since("2025-06-18", { outputSchema: jsonSchema }),
  });
  const argument = { name: z.string(), description: z.string().optional(), required: z.boolean().optional() };
  const prompt = z.strictObject({
    ...{ name: z.string(), description: z.string().optional(), ...title },
    arguments: z.array(z.strictObject({ ...argument, ...title })).optional(),
  });
  const { uri: _, size: __, ...template } = resource.shape;
  const listChanged = z.boolean().optional();
  const capabilities = z.strictObject({
    ...{ prompts: z.strictObject({ listChanged }), tools: z.strictObject({ listChanged }) },
    resources: z.strictObject({ listChanged, subscribe: z.boolean().optional() }),
    ...since("2025-03-26", { completions: z.strictObject({}) }),
    ...since("2026-07-28", { extensions: z.record(z.string(), z.strictObject({})) }),
  });
  const called = z.strictObject({
    ...{ content: z.array(block).min(1), isError: z.boolean().optional() },
    ...since("2025-06-18", { structuredContent: z.looseObject({}).optional() }),
    ...result,
  });
  const noFields = z.strictObject({ type: z.literal("object"), properties: z.strictObject({}) });
  const question = z.strictObject({
    method: z.literal("elicitation/create"),
    params: z.strictObject({
      ...{ mode: z.literal("form"), message: z.string(), requestedSchema: noFields },
    }),
  });
  const asked = z.strictObject({
    ...result,
    ...{
      resultType: z.literal("input_required"),
      inputRequests: z.record(z.string(), question),
      requestState: z.string(),
    },
  });
  return {
    ...since("2026-07-28", {
      "server/discover": z.strictObject({
        ...{ supportedVersions: z.array(z.literal(version)), capabilities, instructions: z.string() },
        ...{ ...result, ...settled },
      }),
    }),
    ...(has("2026-07-28")
      ? {}
      : {
          initialize: z.strictObject({
            ...{ protocolVersion: z.literal(version), capabilities, instructions: z.string() },
            serverInfo: z.strictObject({ name: z.string(), version: z.string(), ...title }),
          }),
        }),
    "tools/list": z.strictObject({ tools: z.array(tool).min(1), ...result, ...settled }),
    "tools/call": has("2026-07-28") ? z.union([called, asked]) : called,
    "resources/list": z.strictObject({ resources: z.array(resource).min(1), ...result, ...own }),
    "resources/templates/list": z.strictObject({
      resourceTemplates: z.array(z.strictObject({ ...template, uriTemplate: z.string() })).min(1),
      ...{ ...result, ...settled },
    }),
    "resources/read": z.strictObject({ contents: z.array(contents).length(1), ...result, ...own }),
    "prompts/list": z.strictObject({ prompts: z.array(prompt).min(1), ...result, ...settled }),
    "prompts/get": z.strictObject({
      description: z.string().optional(),
      messages: z.array(z.strictObject({ role: z.enum(["user", "assistant"]), content: block })).min(1),
      ...result,
    }),
    "completion/complete": z.strictObject({
      completion: z.strictObject({
        ...{ values: z.array(z.string()), total: z.int().optional(), hasMore: z.boolean().optional() },
      }),
      ...result,
    }),
    ...since("2025-06-18", {
      "elicitation/create": z.strictObject({
        ...{ message: z.string(), requestedSchema: noFields },
        ...since("2025-11-25", { mode: z.literal("form").optional() }),
      }),
    }),
    "notifications/progress": z.strictObject({
      ...{ progressToken: z.union([z.string(), z.number()]), progress: z.number() },
      ...since("2025-03-26", { message: z.string().optional() }),
    }),
    "notifications/resources/list_changed": z.undefined(),
    "notifications/resources/updated": z.strictObject({ uri: z.string() }),
  };
}
