import { parseJson } from "../json.ts";

type Fields = Record<string, unknown>;

/**
 * The params of a request as they are meant: an object of arguments that came as JSON text, and numbers and flags
 * where the protocol has texts only. What the arguments of a tool mean, the tool says.
 */
export function readParams<T extends { method: string; params?: Fields | undefined }>(request: T): T {
  const params = readOf(request.method, request.params ?? {});
  return params === undefined ? request : { ...request, params };
}

function readOf(method: string, params: Fields): Fields | undefined {
  switch (method) {
    case "tools/call":
      return "arguments" in params ? { ...params, arguments: objectIn(params.arguments) } : undefined;
    case "prompts/get":
      return "arguments" in params ? { ...params, arguments: texts(objectIn(params.arguments)) } : undefined;
    case "completion/complete":
      return {
        ...params,
        ...(isObject(params.argument) ? { argument: texts(params.argument) } : {}),
        ...(isObject(params.context)
          ? { context: { ...params.context, arguments: texts(objectIn(params.context.arguments)) } }
          : {}),
      };
    default:
      return undefined;
  }
}

function objectIn(given: unknown): unknown {
  if (typeof given !== "string") return given;
  if (given.trim() === "") return {};
  const read = parseJson(given);
  return isObject(read) ? read : given;
}

function texts(given: unknown): unknown {
  if (!isObject(given)) return given;
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => (value === null ? [] : [[key, asText(value)]])),
  );
}

function asText(value: unknown): unknown {
  const only = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return typeof only === "number" || typeof only === "boolean" ? String(only) : only;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
