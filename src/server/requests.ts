import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  GetPromptRequestSchema,
  InitializeRequestSchema,
  type JSONRPCRequest,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  PingRequestSchema,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";

/** Every request that this server answers, by method. */
const SCHEMAS = [
  CallToolRequestSchema,
  CompleteRequestSchema,
  GetPromptRequestSchema,
  InitializeRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  PingRequestSchema,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
];

const MOST_ISSUES = 5;

/** What is wrong about the params, in words; undefined when nothing is. The SDK would show its schema instead. */
export function paramsProblem(request: JSONRPCRequest): string | undefined {
  const schema = SCHEMAS.find(({ shape }) => shape.method.value === request.method);
  const parsed = schema?.safeParse(request);
  if (parsed === undefined || parsed.success) return undefined;
  const issues = parsed.error.issues.slice(0, MOST_ISSUES).map(({ path, message }) => {
    const where = path.length > 1 ? path.slice(1) : path;
    return `${where.join(".")}: ${message.replace(/^Invalid input: /, "").replace("record", "object")}`;
  });
  return `invalid_argument: ${request.method} cannot be read: ${issues.join("; ")}.`;
}
