import { cutShort, oneLine } from "../../foreign.ts";
import { field, parseJson } from "../../json.ts";
import {
  type ErrorCode,
  type FailedRequest,
  type MissingRight,
  NotPermittedError,
  PlatformError,
} from "../errors.ts";
import { validationText } from "./data-error.ts";

const SHOWN_CHARACTERS = 500;
const KEPT_CHARACTERS = 4000;

/** A refusal by the server: status and body, or what stood in `X-Error`. */
export interface Refusal {
  /** What was wanted, as the first words of the message: "Starting a job". */
  what: string;
  status: number;
  body: string;
  request: FailedRequest;
  retryAfterMs?: number | undefined;
  /** What is done about a login that is no longer taken. */
  newLogin: string;
  /** On exec, attach, signal and port-forward a 404 says that the job does not run. */
  notFoundMeansNotRunning?: boolean | undefined;
}

/** Turns a refusal into the error of its kind, carrying the server's text. Source: protocol reference 2.3 and 4.1. */
export function serverError(refusal: Refusal): PlatformError {
  const { what, status, request } = refusal;
  const payload = parseJson(refusal.body);
  const text = cutShort(textOf(payload, refusal.body), KEPT_CHARACTERS);
  const details = {
    request: { ...request, status },
    serverText: text,
    retryAfterMs: refusal.retryAfterMs,
    ...(status === 504 ? { retryable: true } : {}),
  };
  if (status === 403) return notPermitted(what, { text, missing: missingOf(payload) }, details);
  const code = codeOf(refusal, text);
  const said = `${what} failed: ${whyOf({ status, text, isTold: text !== refusal.body.trim() })}`;
  const wait = waitText(code, refusal.retryAfterMs);
  if (wait !== undefined) return new PlatformError(code, `${said}. ${wait}`, details);
  const advice =
    code === "not_authenticated" ? `The login is no longer valid: ${refusal.newLogin}.` : ADVICE[code];
  if (advice === undefined) return new PlatformError(code, said, details);
  const isToTryAgain = code === "unavailable";
  return new PlatformError(code, `${said}. ${advice}`, { ...details, ...(isToTryAgain ? { said } : {}) });
}

/** The platform explains its refusals itself; of another's text, a proxy's for one, the status says more. */
function whyOf({ status, text, isTold }: { status: number; text: string; isTold: boolean }): string {
  const shown = shownWords(validationText(readable(text)));
  if (isTold && shown !== "") return shown;
  const told = status < 400 ? `status ${status}, a redirect that is not followed` : `status ${status}`;
  if (shown === "") return told;
  return shown.includes(String(status)) && status >= 400 ? shown : `${told}: ${shown}`;
}

function codeOf({ status, notFoundMeansNotRunning }: Refusal, text: string): ErrorCode {
  if (status < 400) return "protocol_error";
  if (status === 404) return notFoundMeansNotRunning === true ? "not_running" : "not_found";
  const told = status === 400 ? BY_TEXT.find(([start]) => text.startsWith(start)) : undefined;
  if (told !== undefined) return told[1];
  const known = BY_STATUS[status];
  if (known !== undefined) return known;
  return status >= 500 ? "platform_error" : "invalid_request";
}

/** Refusals that the platform tells apart by their text only. Source: protocol reference 3.8 and 3.10 */
const BY_TEXT: [string, ErrorCode][] = [
  ["no such job", "not_found"],
  ["No credits left", "no_credits"],
  ["Jobs limit quota exceeded", "quota"],
];

const BY_STATUS: Record<number, ErrorCode> = {
  401: "not_authenticated",
  402: "no_credits",
  409: "conflict",
  429: "rate_limited",
  502: "unavailable",
  503: "unavailable",
};

const ADVICE: Partial<Record<ErrorCode, string>> = {
  no_credits: "The credits are used up: whoever owns the project or organisation can add some.",
  quota:
    "Wait until a running job ends, let the user choose one to end, or start with wait_for_quota: the job then waits for its turn.",
  rate_limited: "Wait a little and try again.",
  unavailable: "The platform is not available at the moment: try again later.",
};

function waitText(code: ErrorCode, retryAfterMs = 0): string | undefined {
  if (retryAfterMs <= 0 || (code !== "rate_limited" && code !== "unavailable")) return undefined;
  return `The platform asks to wait ${Math.ceil(retryAfterMs / 1000)} s before trying again.`;
}

function notPermitted(
  what: string,
  { text, missing }: { text: string; missing: MissingRight[] },
  details: { request: FailedRequest; serverText: string },
): NotPermittedError {
  const rights = missing.map(({ action, uri }) => `${action} on ${uri}`).join(", ");
  const why = rights === "" ? shownWords(text) || "status 403" : `you lack ${shownWords(rights)}`;
  return new NotPermittedError(`${what} is not permitted: ${why}`, missing, details);
}

function missingOf(payload: unknown): MissingRight[] {
  const list = field(payload, "missing");
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown) => {
    const uri = field(item, "uri");
    const action = field(item, "action");
    return typeof uri === "string" && typeof action === "string" ? [{ uri, action }] : [];
  });
}

/** Monitoring wraps the API's JSON error as text into its own: the innermost one says what happened. */
function textOf(payload: unknown, body: string): string {
  const error = field(payload, "error");
  const message = field(payload, "msg");
  if (typeof message === "string") return typeof error === "string" ? `${message}: ${error}` : message;
  if (typeof error !== "string") return body.trim();
  const inner = field(parseJson(error), "error");
  return typeof inner === "string" ? inner : error;
}

/** The text of a proxy's HTML page, without its tags. */
function readable(text: string): string {
  if (!text.startsWith("<")) return text;
  return text
    .replace(/<(style|script)[^>]*>[^<]*/gi, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** As much of a text of the platform as is shown, on one line. */
export function shownWords(text: string): string {
  return cutShort(oneLine(text), SHOWN_CHARACTERS);
}
