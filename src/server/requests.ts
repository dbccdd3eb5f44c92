import { ClientRequestSchema, type JSONRPCRequest } from "@modelcontextprotocol/sdk/types.js";

/** Requests that this server answers; to any other the SDK says that the method is unknown. */
const ANSWERED = /^(initialize|ping|completion\/complete|(tools|resources|prompts)\/.*)$/;
const SCHEMAS = ClientRequestSchema.options.filter(({ shape }) => ANSWERED.test(shape.method.value));

const MOST_ISSUES = 5;

/** What is wrong with the params, in words; undefined if nothing is. The SDK would show its schema instead. */
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
