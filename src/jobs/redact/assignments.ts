import { type AssignedValue, endOfValue, restOfRecord, taggedList, valueAt } from "./assigned-value.ts";
import { authorizationSpans, cookieSpans } from "./headers.ts";
import { type Name, nameReader } from "./names.ts";
import { secrecyOf } from "./secret-names.ts";
import {
  isComplaint,
  isMixedWord,
  isPlainValue,
  isStatement,
  looksLikeToken,
  phraseAt,
} from "./secret-values.ts";
import { isBehind, MARK, type Span } from "./spans.ts";

const LONGEST_LOOK = 256;
/** Between a name and its value: closing quote or bracket, then `=`, `:`, `=>`, `:=` or, in XML, `>`. */
const SEPARATOR = /(?:\\*["'\]`]{1,3}|&quot;|&#3[49];)?[ \t]{0,8}(?:(?::=|=>|==?|:(?!\/\/|:))[ \t]*|%3[dD])/y;
/** A value that is cut short in an example still begins as its issuer has it. */
const KNOWN_START = /^(?:hf_|sk-|gh[opsu]_|glpat-|xox[abp]-|npm_|r8_|nvapi-)\w/;
const QUERY_PART = /\?[\w-]{1,200}=/y;
const XML = />(?=[^<\n]{1,500}<\/)/y;
const LISTED = /\\*["'],[ \t]*(?=\\*["'])/y;
const TERRAFORM_DEFAULT = /["']\s*\{\s*(?:[^}]{0,200}?\s)?default\s*=\s*/y;
const PROSE = /[ \t]+(?:is|was|=>|->)[ \t]*[ \t:][ \t]*/y;
/** Values behind names that sound secret: environment, JSON, YAML, Python, flags, queries, XML, headers. */
export function assignedSpans(text: string): Span[] {
  const spans: Span[] = [];
  const next = nameReader(text);
  const cookies = new Set<number>();
  let done = 0;
  for (let name = next(done); name !== undefined; name = next(done)) {
    const found = spansOf(text, name, cookies);
    spans.push(...found);
    done = found.at(-1)?.end ?? done;
  }
  return spans;
}

function spansOf(text: string, name: Name, cookies: Set<number>): Span[] {
  if (name.says.header === "authorization") return authorizationSpans(text, name.end);
  if (name.says.header === "cookie") return cookieSpans(text, name, cookies);
  return name.secrecy === "no" ? [] : (valueSpans(text, name) ?? []);
}

function valueSpans(text: string, name: Name): Span[] | undefined {
  const value = findValue(text, name);
  if (value === undefined) return undefined;
  // The first can be told of most values at once.
  if (!mayBeSecret(text, name, value) || !isSecret(text, name, value)) return undefined;
  return [{ start: value.start, end: Math.max(endOfValue(text, value), endOfPhrase(text, name, value)) }];
}

/** A password of several plain words goes on to the last of them; behind `=` other words may follow. */
function endOfPhrase(text: string, { says, flag }: Name, { start, quoted }: AssignedValue): number {
  if (quoted || flag || !says.isPassword) return 0;
  const phrase = phraseAt(text, start);
  if (phrase === undefined || phrase.isStatement) return 0;
  const isGiven = isBehind(text, start, "=");
  const isWhole =
    says.isPhrase && phrase.words.length > 2 && /^$|^\s*\n/.test(text.slice(phrase.end, phrase.end + 20));
  return isGiven && !isWhole ? 0 : phrase.end;
}

function findValue(text: string, name: Name): AssignedValue | undefined {
  const separator = after(SEPARATOR, text, name.end);
  if (separator !== undefined)
    return isNoValue(text, separator) ? undefined : separatedValue(text, name, separator);
  const xml = text[name.start - 1] === "<" ? after(XML, text, name.end) : undefined;
  if (xml !== undefined) return { start: xml, end: text.indexOf("<", xml), quoted: true };
  const paired = pairedValue(text, name);
  if (paired !== undefined) return paired;
  const listed = after(LISTED, text, name.end);
  if (listed !== undefined) return listedValue(text, name, listed);
  const next = name.flag ? after(/,[ \t]*(?=[^\s-])/y, text, name.end) : undefined;
  if (next !== undefined) return valueAt(text, next, name);
  return spacedValue(text, name);
}

/** What no form makes a secret, told before it is read to its end. */
function isNoValue(text: string, at: number): boolean {
  if (text[at] === "?") return after(QUERY_PART, text, at) !== undefined;
  return text.startsWith(MARK, at);
}

function separatedValue(text: string, name: Name, at: number): AssignedValue | undefined {
  const value = wrapped(text, name, at) ?? connectionValue(text, name, at) ?? valueAt(text, at, name);
  if (value === undefined) return taggedList(text, at);
  if (value.quoted || name.query) return value;
  const rest = restOfRecord(text, name, value);
  // Without a spread, which takes longer than all the rest.
  return rest === undefined
    ? value
    : { start: rest.start, end: rest.end, quoted: rest.quoted, tagged: value.tagged };
}

/** `'DB_PASSWORD=two words'`: the quote stands before the name, so the value goes to its partner. */
function wrapped(text: string, name: Name, at: number): AssignedValue | undefined {
  const quote = text.charAt(name.start - 1);
  if ((quote !== '"' && quote !== "'") || text[at - 1] !== "=" || /["']/.test(text.charAt(at)))
    return undefined;
  const end = text.slice(at, at + 2048).search(/["'\n]/);
  if (end <= 0 || text[at + end] !== quote) return undefined;
  const value = text.slice(at, at + end);
  return /[\s,;&][\w.-]+[=:]/.test(value) ? undefined : { start: at, end: at + end, quoted: true };
}

/** `;Password=two words;User=…` of a connection string. */
function connectionValue(text: string, { start }: Name, at: number): AssignedValue | undefined {
  if (text[start - 1] !== ";" || text[at - 1] !== "=") return undefined;
  const value = /^[^;"'\n]{1,128}(?=;[A-Za-z ]{1,40}=)/.exec(text.slice(at, at + 180))?.[0];
  return value === undefined ? undefined : { start: at, end: at + value.length, quoted: true };
}

/** `{"name": "DB_PASSWORD", "value": "…"}`, also in YAML over two lines. */
function pairedValue(text: string, name: Name): AssignedValue | undefined {
  const before = text.slice(Math.max(0, name.start - 16), name.start);
  if (!/[:="']/.test(before)) return undefined;
  const declared = /\bvariable[ \t]+["']$/.test(before)
    ? after(TERRAFORM_DEFAULT, text, name.end)
    : undefined;
  if (declared !== undefined) return valueAt(text, declared, name);
  if (!/\b(?:name|key)\\*["']?\s*[:=]\s*\\*["']?$/i.test(before)) return undefined;
  const behind = /\\*["']?[ \t]*,?\s{0,40}(?:- )?\\*["']?value\\*["']?\s*[:=][ \t]*/iy;
  const at = after(behind, text, name.end);
  return at === undefined ? undefined : valueAt(text, at, name);
}

/** `--token abc`, `password "abc"`, `your token is abc`. */
function spacedValue(text: string, name: Name): AssignedValue | undefined {
  const prose = after(PROSE, text, name.end);
  if (prose !== undefined) return saidValue(text, name, prose);
  const gap = after(/[ \t]+(?=\S)/y, text, name.end);
  if (gap === undefined || text[gap] === "-") return undefined;
  const value = valueAt(text, gap, name);
  if (name.flag || value === undefined || isSetting(text, name)) return value;
  if (value.quoted) return name.secrecy === "sure" ? value : undefined;
  return looksLikeToken(beginningOf(text, value), 16) ? value : undefined;
}

/** `your token is abc123`, `the passphrase is correct horse battery staple`, `your password is 493021`. */
function saidValue(text: string, name: Name, at: number): AssignedValue | undefined {
  const value = valueAt(text, at, name);
  if (value === undefined) return undefined;
  const said = text.slice(value.start, value.end);
  if (isMixedWord(said) || (name.says.isPassword && /^\d{4,12}$/.test(said))) return value;
  const phrase = name.says.isPhrase ? phraseAt(text, value.start) : undefined;
  return phrase !== undefined && !phrase.isStatement && phrase.words.length > 2 ? value : undefined;
}

/** `npm config set NAME value`. */
function isSetting(text: string, { start, secrecy }: Name): boolean {
  return secrecy === "sure" && /\bset[ \t]+\S{0,60}$/.test(text.slice(Math.max(0, start - 70), start));
}

/** `["--token", "…"]`, `define('DB_PASSWORD', '…')`, and pairs whose second looks like a password. */
function listedValue(text: string, name: Name, at: number): AssignedValue | undefined {
  const value = valueAt(text, at, name);
  if (value === undefined || name.flag || /^[A-Z][A-Z0-9_]*$/.test(name.text)) return value;
  return name.secrecy === "sure" && isMixedWord(text.slice(value.start, value.end)) ? value : undefined;
}

function mayBeSecret(text: string, name: Name, span: AssignedValue): boolean {
  return name.secrecy === "sure" || isLikely(text, name, beginningOf(text, span));
}

/** The look of a long value shows in it. */
function beginningOf(text: string, { start, end }: AssignedValue): string {
  return text.slice(start, Math.min(end, start + LONGEST_LOOK));
}

function isSecret(text: string, name: Name, span: AssignedValue): boolean {
  const value = beginningOf(text, span);
  if (isPlainValue(value) || isUsage(name, value) || isWorkingDir(name, value)) return false;
  if (span.quoted ? isComplaint(value) : isPunctuation(value) || isAboutName(text, name, span)) return false;
  if (name.secrecy === "maybe") return true;
  if (value.length < 4 && /^[\d.,]+(?:[a-z%]{1,3})?$/.test(value)) return false;
  if (span.quoted || span.tagged || name.query) return true;
  return !isCode(name, value) && !isProse(text, name, span);
}

function isPunctuation(value: string): boolean {
  return !/[A-Za-z0-9*]/.test(value) && !/[\p{L}\p{N}]/u.test(value);
}

/** Under a name with other uses: what looks like a token, or at least like a password given to it. */
function isLikely(text: string, { end, query }: Name, value: string): boolean {
  if (KNOWN_START.test(value)) return true;
  const isGiven = text[end] === "=" && !query;
  return looksLikeToken(value, query ? 12 : 8) || (isGiven && isMixedWord(value));
}

/** A shell's own variables; `PWD=…` of a connection string is a password. */
function isWorkingDir({ text }: Name, value: string): boolean {
  return (text === "PWD" || text === "OLDPWD") && /^(?:[~/]|[A-Z]:)/.test(value);
}

/** `[--token TOKEN]` in a usage text. */
function isUsage({ flag }: Name, value: string): boolean {
  return flag && /^[A-Z][A-Z_]*$/.test(value) && secrecyOf(value) !== "no";
}

/** `password=password` and `token=self.token` in a traceback. */
function isCode({ text }: Name, value: string): boolean {
  if (/^[A-Z][A-Z0-9_]*$/.test(text) || !/^[A-Za-z_][\w.]*$/.test(value)) return false;
  return value === text || (/[._]/.test(value) && secrecyOf(value) !== "no");
}

/** `exec: "/bin/get-token": exit status 1`, `secret "hf-token": forbidden`: a path or name that an error quotes. */
function isAboutName(text: string, { start, end }: Name, value: AssignedValue): boolean {
  if (!"\\\"'`".includes(text.charAt(end)) || !/^\\*["'`][ \t]*:/.test(text.slice(end, end + 8)))
    return false;
  const phrase = phraseAt(text, value.start);
  if (phrase === undefined || phrase.end < value.end) return false;
  const before = text.slice(Math.max(0, start - 24), start);
  const isPath = /[/\\]$/.test(before.replace(/\\+["'`]$/, ""));
  return isPath || /[\w:,][ \t]+\\*["'`]$/.test(before) || phrase.words.length > 1;
}

/** `password: please enter it`, `csrf token: mismatch`: words about the secret, and not behind `=`. */
function isProse(text: string, { text: name, spaced, says }: Name, { start, end }: AssignedValue): boolean {
  if (isBehind(text, start, "=")) return false;
  const phrase = phraseAt(text, start);
  if (phrase === undefined || phrase.end < end)
    return isStatement(text.slice(start, Math.min(end, start + LONGEST_LOOK)));
  if (phrase.isStatement) return true;
  if (phrase.words.length > 1) return !says.isPassword;
  return spaced && /(?:token|key)$/.test(name);
}

function after(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
