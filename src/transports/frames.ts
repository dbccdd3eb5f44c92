import {
  type JSONRPCMessage,
  ProtocolErrorCode,
  type RequestId,
  specTypeSchemas,
} from "@modelcontextprotocol/server";
import { withoutNulls } from "../server/nulls.ts";
import { type LongLine, MAX_LINE_BYTES } from "./line-splitter.ts";

const INVALID_REQUEST: number = ProtocolErrorCode.InvalidRequest;
const KNOWN_KEYS: ReadonlySet<string> = new Set(["jsonrpc", "id", "method", "params"]);

/** The answer to a frame that cannot be taken; `id` is null if it has none that could be used. */
interface Refusal {
  jsonrpc: "2.0";
  id: RequestId | null;
  error: { code: number; message: string };
}

/** A message to pass on. */
export interface Message {
  message: JSONRPCMessage;
}

/** Why a frame cannot be passed on; without an answer if nobody could receive one. */
export interface Mistake {
  mistake: string;
  answer?: Refusal;
}

/** Reads one line. @returns undefined for a blank one */
export function readLine(line: string): Message | Mistake | { batch: readonly unknown[] } | undefined {
  // Windows programs mark the beginning of a stream.
  const text = line.replace(/^\uFEFF+/, "").trim();
  if (text === "") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? { batch: value } : readValue(value);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return refuse(null, `not JSON: ${why}`, ProtocolErrorCode.ParseError);
  }
}

/** Reads one message of JSON-RPC. */
export function readValue(value: unknown): Message | Mistake {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return refuse(null, "a message must be an object");
  const frame: Record<string, unknown> = withoutNulls({ ...value });
  const parsed = specTypeSchemas.JSONRPCMessage["~standard"].validate(frame);
  if (parsed.issues === undefined) return { message: parsed.value };
  const { why, code } = problemOf(frame);
  return refuseFrame(frame, why, code);
}

/** Why a line that is not kept cannot be passed on. */
export function refuseLong({ bytes, members }: LongLine): Mistake {
  const why =
    `The message has ${bytes} bytes and the limit is ${MAX_LINE_BYTES} (10 MiB), so nothing of it was done. ` +
    "Pass large data on a volume, or in pieces of at most 5 MiB: several job_exec, each of which appends " +
    "its stdin to a file (cat >> FILE).";
  return refuseFrame(members, why);
}

function refuseFrame(frame: LongLine["members"], why: string, code = INVALID_REQUEST): Mistake {
  const { id, method } = frame;
  // Never answer an answer, or what wants none: the other side would take it for something else.
  const isAnswer = "result" in frame || "error" in frame;
  if (isAnswer || (id === undefined && typeof method === "string")) return { mistake: why };
  return refuse(typeof id === "string" || typeof id === "number" ? id : null, why, code);
}

export function refuse(id: RequestId | null, why: string, code = INVALID_REQUEST): Mistake {
  return { mistake: why, answer: { jsonrpc: "2.0", id, error: { code, message: why } } };
}

function problemOf(frame: Record<string, unknown>): { code: number; why: string } {
  const code = INVALID_REQUEST;
  const { jsonrpc, id, method, params } = frame;
  if (jsonrpc !== "2.0") return { code, why: 'jsonrpc must be "2.0"' };
  if (!("method" in frame)) return { code, why: "it has neither a method nor a result" };
  if (typeof method !== "string") return { code, why: "method must be a string" };
  if (id !== undefined && typeof id !== "string" && !Number.isInteger(id))
    return { code, why: "id must be a string or an integer" };
  if (params !== undefined && (typeof params !== "object" || Array.isArray(params)))
    return { code: ProtocolErrorCode.InvalidParams, why: "params must be an object" };
  const others = Object.keys(frame).filter((key) => !KNOWN_KEYS.has(key));
  if (others.length > 0) return { code, why: `${others.join(", ").slice(0, 200)} does not belong there` };
  return { code: ProtocolErrorCode.InvalidParams, why: "params._meta cannot be read" };
}
