/** Clients in some languages send null for what is not set: params, their fields, and the fields of those. */
const DEPTH = 2;

/** The message without params that are null. */
export function withoutNulls<T extends object>(message: T & { params?: unknown }): T {
  const { params, ...rest } = message;
  // What is dropped is optional in the protocol, or is reported as missing when the message is read.
  if (params === undefined || params === null) return rest as unknown as T;
  if (typeof params !== "object" || Array.isArray(params)) return message;
  return { ...message, params: Object.fromEntries(kept(params, DEPTH)) };
}

function kept(value: object, depth: number): [string, unknown][] {
  return Object.entries(value)
    .filter(([, item]) => item !== null)
    .map(([key, item]) => {
      const isRecord = typeof item === "object" && !Array.isArray(item);
      return [key, isRecord && depth > 1 ? Object.fromEntries(kept(item, depth - 1)) : item];
    });
}
