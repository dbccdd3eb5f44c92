import { isPlainValue, looksLikeToken } from "./secret-values.ts";
import type { Span } from "./spans.ts";

const HEADER = /\\*["'\]`]{0,2}[ \t]{0,4}(?::|=>|=|,)(?:\\?[ \t])*(?:[bruf]{0,2}(\\*["'`]))?/y;
const SCHEME =
  /(?:Basic|Bearer|Token|Api-?Key|Digest|Negotiate|NTLM|Key|SharedKey(?:Lite)?|HMAC|OAuth|Bot|SSWS|AccessKey|Splunk|GenieKey|AWS4-HMAC-SHA256|AWS)(?:\\?[ \t])+/iy;
const TOKEN = /[^\s"'`,;\\]+/y;
const PARAMETERS = /(?:Credential|Signature|response|nonce|oauth_\w+|username)=/;
const COOKIE_PAIR =
  /[ \t]*["']?([^\s=;,"'{}:]{1,100})(?:=|["'][ \t]*:[ \t]*["'])([^\s;"']{1,4096})["']?[;,]?/y;
const COOKIE_ATTRIBUTE = /^(?:path|domain|expires|max-age|samesite|priority|version|comment)$/i;
const COOKIE_SESSION = /sess|sid$|^sid|auth|token|csrf|xsrf|jwt|login|remember|secret|key|credential/i;

/** What follows the name of an `Authorization` header: the credentials, with or without a scheme. */
export function authorizationSpans(text: string, nameEnd: number): Span[] {
  HEADER.lastIndex = nameEnd;
  const header = HEADER.exec(text);
  if (header === null) return [];
  SCHEME.lastIndex = HEADER.lastIndex;
  const schemed = SCHEME.test(text);
  const start = schemed ? SCHEME.lastIndex : HEADER.lastIndex;
  const value = text.slice(start, endOfCredentials(text, start, header[1]));
  const plain = isPlainValue(value) || !(schemed || looksLikeToken(value));
  return plain ? [] : [{ start, end: start + value.length }];
}

/**
 * A single token ends with itself; a list of parameters at its quote, at a quote of any kind if it had none, or
 * with the line.
 */
function endOfCredentials(text: string, start: number, quote: string | undefined): number {
  TOKEN.lastIndex = start;
  TOKEN.exec(text);
  if (!PARAMETERS.test(text.slice(start, start + 120))) return Math.max(start, TOKEN.lastIndex);
  const rest = text.slice(start, start + 2000);
  const newline = rest.search(/\n|$/);
  const closing = quote === undefined ? rest.search(/['`]/) : rest.indexOf(quote);
  return start + (closing < 0 ? newline : Math.min(closing, newline));
}

/**
 * The cookies of a `Cookie` or `Set-Cookie` header or option: sessions by name, others by the look of a value. Where
 * another header was read before them, `read` ends it: all behind is known. Adds what it reads to that.
 */
export function cookieSpans(
  text: string,
  { text: name, end }: { text: string; end: number },
  read = new Set<number>(),
): Span[] {
  const opening = /\\*["'\]]{0,2}[ \t]*[:=]?[ \t]*(?:\{|\\*["'])*/y;
  opening.lastIndex = end;
  opening.exec(text);
  const spans: Span[] = [];
  COOKIE_PAIR.lastIndex = opening.lastIndex;
  for (let pair = COOKIE_PAIR.exec(text); pair !== null; pair = COOKIE_PAIR.exec(text)) {
    const [, key = "", value = ""] = pair;
    const at = pair.index + pair[0].indexOf(value, pair[0].indexOf(key) + key.length);
    const first = /^set-/i.test(name) && pair.index === opening.lastIndex && value.length >= 6;
    if (isCookieSecret(key, value, first)) spans.push({ start: at, end: at + value.length });
    if (read.has(COOKIE_PAIR.lastIndex)) break;
    read.add(COOKIE_PAIR.lastIndex);
  }
  return spans;
}

function isCookieSecret(key: string, value: string, first: boolean): boolean {
  if (COOKIE_ATTRIBUTE.test(key) || isPlainValue(value)) return false;
  return first || (COOKIE_SESSION.test(key) && value.length >= 4) || looksLikeToken(value, 16);
}
