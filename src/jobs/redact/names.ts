import { isPasswordName, isPhraseName, type Secrecy, secrecyOf } from "./secret-names.ts";

/** What every name of a secret has in it. */
const STEM =
  /pass|pwd|secret|token|key|cred|auth|jwt|sig|sas|pat|otp|bearer|cookie|sess|sid|code|pw|phrase|mnemonic|dsn|ticket|hdnea/gi;
const LONGEST_NAME = 100;
const MOST_KNOWN = 1000;
const QUERY_ESCAPED = /(?:u00|%)26$/;
const LONGEST_BEFORE = 20;
const FLAG = /(?:^|[\s"'`=[,(])--?$/;
/** Names that are secrets in a query only: signatures of shared links, keys and codes that travel in a URL. */
const QUERY_SURE =
  /^(?:sig|signature|x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential)|token|secret|auth|api-?key|hdnea)$/i;
const QUERY_MAYBE = /^(?:key|code|sid|session|ticket|pass|awsaccesskeyid|ossaccesskeyid)$/i;
/** Names that the word before them, or a flag, makes another. */
const OPEN_NAME = /^(?:key|token|secret|code|pass|phrase)$/i;

/** A name, how it is written, and what stands around it. */
export interface Name {
  text: string;
  start: number;
  end: number;
  /** Of two words: `csrf token`. */
  spaced: boolean;
  query: boolean;
  flag: boolean;
  /** In this place. */
  secrecy: Secrecy;
  /** In any place. */
  says: Meaning;
}

/** What a name says wherever it stands. */
interface Meaning {
  secrecy: Secrecy;
  /** In a query. */
  queried: Secrecy;
  /** The word before it may make it another. */
  isOpen: boolean;
  isPassword: boolean;
  isPhrase: boolean;
  header?: "authorization" | "cookie" | undefined;
}

/** Reads a text from name to name. A log has few words, each many times: what one says is found out once. */
export function nameReader(text: string): (from: number) => Name | undefined {
  const said = memo(meaningOf);
  const known = memo((written: string) => wordOf(written, said));
  let at = 0;
  return (from) => {
    for (let word = nextWord(text, at); word !== undefined; word = nextWord(text, at)) {
      at = word.end;
      if (word.start < from || word.end - word.start > LONGEST_NAME) continue;
      const { bare, before, says, isNever } = known(text.slice(word.start, word.end));
      if (!isNever) return readName(text, { bare, says, start: word.start + before }, said);
    }
    return undefined;
  };
}

/** The next word with the stem of a secret's name. */
function nextWord(text: string, from: number): { start: number; end: number } | undefined {
  STEM.lastIndex = from;
  if (!STEM.test(text)) return undefined;
  let start = STEM.lastIndex;
  while (isInWord(text.charCodeAt(start - 1))) start -= 1;
  let end = STEM.lastIndex;
  while (isInWord(text.charCodeAt(end))) end += 1;
  return { start, end };
}

/** Letters, digits, `_`, `.` and `-`. */
function isInWord(code: number): boolean {
  return isLetterOrDigit(code) || code === 95 || code === 45 || code === 46;
}

function isLetterOrDigit(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57);
}

/** A word as it stands in a text, and the name in it. */
interface Word {
  bare: string;
  /** So many characters stand before the name. */
  before: number;
  says: Meaning;
  /** It is no secret's name whatever stands around it. */
  isNever: boolean;
}

function wordOf(written: string, said: Said): Word {
  const bare = written.replace(/^(?:u0026|26(?=[A-Za-z])|-+)/, "").replace(/[.-]+$/, "");
  const says = said(bare);
  const { secrecy, queried, header, isOpen } = says;
  const isNever = secrecy === "no" && queried === "no" && header === undefined && !isOpen;
  return { bare, before: written.indexOf(bare), says, isNever };
}

function meaningOf(name: string): Meaning {
  const isCookie = /^(?:--)?(?:set-)?cookies?$/i.test(name);
  return {
    secrecy: secrecyOf(name),
    queried: QUERY_SURE.test(name) ? "sure" : QUERY_MAYBE.test(name) ? "maybe" : "no",
    isOpen: OPEN_NAME.test(name),
    isPassword: isPasswordName(name),
    isPhrase: isPhraseName(name),
    header: /authorization$/i.test(name) ? "authorization" : isCookie ? "cookie" : undefined,
  };
}

type Said = (name: string) => Meaning;

function readName(
  text: string,
  { bare, says, start }: { bare: string; says: Meaning; start: number },
  said: Said,
): Name {
  const end = start + bare.length;
  const query = isQueried(text, start);
  const flag = text.charAt(start - 1) === "-" && FLAG.test(text.slice(Math.max(0, start - 3), start));
  const { secrecy, joined } = judge(text, { bare, says, start, query, flag }, said);
  // Without a spread, which takes longer than all the rest.
  return joined === undefined
    ? { text: bare, start, end, query, flag, spaced: false, secrecy, says }
    : { text: joined, start, end, query, flag, spaced: true, secrecy, says: said(joined) };
}

function isQueried(text: string, at: number): boolean {
  const last = text.charAt(at - 1);
  if (last === "?" || last === "&") return true;
  return last === ";"
    ? text.endsWith("&amp;", at)
    : last === "6" && QUERY_ESCAPED.test(text.slice(Math.max(0, at - 5), at));
}

interface Judged {
  secrecy: Secrecy;
  /** The name with the word before it, where both make one name. */
  joined?: string | undefined;
}

function judge(
  text: string,
  name: { bare: string; says: Meaning; start: number; query: boolean; flag: boolean },
  said: Said,
): Judged {
  const { says, query } = name;
  if (isUrlUser(text, name)) return { secrecy: "no" };
  if (query && says.queried !== "no") return { secrecy: says.queried };
  return says.isOpen ? withWordBefore(text, name, said) : { secrecy: says.secrecy };
}

/** `https://x-access-token:…@host`: the user of a URL, whose password has its own rule. */
function isUrlUser(text: string, { bare, start }: { bare: string; start: number }): boolean {
  if (text[start + bare.length] !== ":") return false;
  const before = text.slice(Math.max(0, start - 80), start);
  return before.includes("://") && /:\/\/[^\s/@?#]*$/.test(before);
}

/** `API key:` and `access token:` are one name in two words; `--token` as a flag is no word of a language. */
function withWordBefore(
  text: string,
  { bare, says, start, flag }: { bare: string; says: Meaning; start: number; flag: boolean },
  said: Said,
): Judged {
  if (flag && /^(?:token|secret|pass)$/i.test(bare)) return { secrecy: "sure" };
  const alone = says.secrecy;
  const before = wordBefore(text, start);
  if (before === "") return { secrecy: alone };
  const joined = `${before}_${bare}`.toLowerCase();
  const together = said(joined).secrecy;
  return together === "sure" ? { secrecy: together, joined } : { secrecy: alone };
}

/** The last of a word that ends a blank before `at`. */
function wordBefore(text: string, at: number): string {
  const blank = text[at - 1];
  if (blank !== " " && blank !== "\t") return "";
  const end = at - 1;
  let start = end;
  while (end - start < LONGEST_BEFORE && isLetterOrDigit(text.charCodeAt(start - 1))) start -= 1;
  return text.slice(start, end);
}

/** Remembers results, as many as a text needs that is no list of names. */
function memo<T>(find: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = find(key);
    if (known.size < MOST_KNOWN) known.set(key, found);
    return found;
  };
}
