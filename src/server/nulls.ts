/** Clients in some languages send null for what is not set: params, their fields, and the fields of those. */
const DEPTH = 2;

/** The fields of a message without params that are not set. What a null means to a tool, the tool says. */
export function withoutNulls<T extends object>(message: T & { method?: string; params?: unknown }): T {
  const { params, ...rest } = message;
  // What is dropped is optional in the protocol, or is reported as missing when the message is read.
  if (params === undefined || params === null) return rest as unknown as T;
  if (typeof params !== "object" || Array.isArray(params)) return message;
  const isKept = message.method === "tools/call" && "arguments" in params && params.arguments !== null;
  const own = isKept ? { arguments: params.arguments } : {};
  return { ...message, params: { ...Object.fromEntries(kept(params, DEPTH)), ...own } };
}

function kept(value: object, depth: number): [string, unknown][] {
  return Object.entries(value)
    .filter(([, item]) => item !== null)
    .map(([key, item]) => {
      const isRecord = typeof item === "object" && !Array.isArray(item);
      return [key, isRecord && depth > 1 ? Object.fromEntries(kept(item, depth - 1)) : item];
    });
}
