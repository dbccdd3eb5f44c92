import type { ErrorCode } from "../../../src/client/index.ts";
import { argsOf, type WireCase } from "./case.ts";
import { record, str } from "./values.ts";

const BY_STATUS: Record<number, ErrorCode> = {
  400: "invalid_request",
  401: "not_authenticated",
  402: "no_credits",
  403: "not_permitted",
  404: "not_found",
  409: "conflict",
  429: "rate_limited",
  502: "unavailable",
  503: "unavailable",
};

const NOT_RUNNING = /^(exec|attach|send_signal|signal|port_forward)$/;

/** Errors that are no refusal by status, by the official class. */
const BY_CLASS: Record<string, ErrorCode[]> = {
  NDJSONError: ["platform_error"],
  DockerError: ["platform_error", "protocol_error"],
  RuntimeError: ["protocol_error"],
  IndexError: ["protocol_error"],
  ValueError: ["not_running", "protocol_error"],
};

/** The kinds that an official error may map to, by the table of the README. */
export function kindsFor(wireCase: WireCase): ErrorCode[] {
  const refusal = refusalOf(wireCase);
  if (refusal === undefined)
    return BY_CLASS[wireCase.error?.class ?? ""] ?? ["protocol_error", "platform_error"];
  const [status] = refusal;
  const { method } = argsOf(wireCase);
  if (status === 404 && NOT_RUNNING.test(method)) return ["not_running"];
  if (status === 400 && innermostText(wireCase)?.startsWith("no such job")) return ["not_found"];
  return [BY_STATUS[status] ?? (status >= 500 ? "platform_error" : "invalid_request")];
}

/** What the server said, out of its wrappings; undefined where it said nothing in words. */
export function innermostText(wireCase: WireCase): string | undefined {
  const refusal = refusalOf(wireCase);
  if (refusal === undefined) return undefined;
  let [, text] = refusal;
  for (;;) {
    const payload = parse(text);
    if (payload?.missing !== undefined) return undefined;
    const inner = str(payload?.error);
    if (inner === undefined) return text.trim();
    text = inner;
  }
}

/** The rights that a 403 names, as "action on uri". */
export function missingRights(wireCase: WireCase): string[] {
  const missing = parse(refusalOf(wireCase)?.[1] ?? "")?.missing;
  return Array.isArray(missing) ? missing.map(({ action, uri }) => `${action} on ${uri}`) : [];
}

function refusalOf({ script }: WireCase): [number, string, string] | undefined {
  const scripts = Array.isArray(script) ? script : [script];
  return scripts.find((one) => one?.error !== undefined)?.error;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return record(JSON.parse(text));
  } catch {
    return undefined;
  }
}
