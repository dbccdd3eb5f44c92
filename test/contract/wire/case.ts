/** One recorded call of the official client; see test/fixtures/wire/README.md. */
export interface WireCase {
  id: string;
  call: { method: string; args?: Record<string, unknown> };
  requests: WireRequest[];
  script?: Script | Script[];
  response?: unknown;
  result?: unknown;
  error?: { class: string; message: string };
  /** Where a case that was not recorded comes from. */
  source?: string;
}

export interface WireRequest {
  method: string;
  path: string;
  query: [string, string][];
  json?: unknown;
  headers?: Record<string, string>;
  auth?: string;
  frames?: WireFrame[];
}

export interface WireFrame {
  type: string;
  hex?: string;
  text?: string;
}

export interface Script {
  lines?: unknown[];
  job?: unknown;
  send?: Step[];
  error?: [status: number, body: string, contentType: string];
}

interface Step {
  hex?: string;
  text?: string;
  wait_input?: number | boolean;
}

const RECORDED_JOB = "job-00000000-0000-4000-8000-000000000001";

/** Arguments by their documented names, and what the method's suffix adds: `bump-600`, `capacity-west`. */
export function argsOf({ call, requests }: WireCase): {
  method: string;
  suffix: string;
  args: Record<string, unknown>;
} {
  const [method = "", ...rest] = call.method.split("-");
  const suffix = rest.join("-");
  const fromPath = requests[0]?.path.split("/").find((part) => part.startsWith("job-"));
  const id = fromPath === undefined ? RECORDED_JOB : decodeURIComponent(fromPath);
  const cluster = suffix === "" || isNumber(suffix) ? {} : { cluster_name: suffix };
  return { method, suffix, args: { id, ...cluster, ...call.args } };
}

function isNumber(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text);
}
