import { isPasswordName, isPhraseName, type Secrecy, secrecyOf } from "./secret-names.ts";

/** What every name of a secret has in it. */
const STEM =
  /pass|pwd|secret|token|key|cred|auth|jwt|sig|sas|pat|otp|bearer|cookie|sess|sid|code|pw|phrase|mnemonic|dsn/gi;
const LONGEST_NAME = 100;
const MOST_KNOWN = 1000;
const QUERY = /[?&]$|&amp;$|u0026$|%26$/;
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
  isPassword: boolean;
  isPhrase: boolean;
  header?: "authorization" | "cookie" | undefined;
}

/** Reads a text from name to name. A log has few words, each many times: what one says is found out once. */
export function nameReader(text: string): (from: number) => Name | undefined {
  const said = memo(meaningOf);
  const barely = memo(bareName);
  const isNever = memo((bare: string) => neverSecret(bare, said(bare)));
  let at = 0;
  return (from) => {
    for (let word = nextWord(text, at); word !== undefined; word = nextWord(text, at)) {
      at = word.end;
      if (word.start < from || word.end - word.start > LONGEST_NAME) continue;
      const written = text.slice(word.start, word.end);
      const bare = barely(written);
      if (!isNever(bare)) return readName(text, { bare, written, wordStart: word.start }, said);
    }
    return undefined;
  };
}

/** The next word with the stem of a secret's name. */
function nextWord(text: string, from: number): { start: number; end: number } | undefined {
  STEM.lastIndex = from;
  if (!STEM.test(text)) return undefined;
  let start = STEM.lastIndex;
  while (start > from && isInWord(text.charCodeAt(start - 1))) start -= 1;
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

function bareName(written: string): string {
  return written.replace(/^(?:u0026|-+)/, "").replace(/[.-]+$/, "");
}

function meaningOf(name: string): Meaning {
  const isCookie = /^(?:--)?(?:set-)?cookies?$/i.test(name);
  return {
    secrecy: secrecyOf(name),
    isPassword: isPasswordName(name),
    isPhrase: isPhraseName(name),
    header: /authorization$/i.test(name) ? "authorization" : isCookie ? "cookie" : undefined,
  };
}

/** Whether it is no secret's name whatever stands around it. */
function neverSecret(bare: string, { secrecy, header }: Meaning): boolean {
  const isOpen = OPEN_NAME.test(bare) || QUERY_SURE.test(bare) || QUERY_MAYBE.test(bare);
  return secrecy === "no" && header === undefined && !isOpen;
}

type Said = (name: string) => Meaning;

function readName(
  text: string,
  { bare, written, wordStart }: { bare: string; written: string; wordStart: number },
  said: Said,
): Name {
  const start = wordStart + written.indexOf(bare);
  const end = start + bare.length;
  const last = text.charAt(start - 1);
  const query = "?&;6".includes(last) && QUERY.test(text.slice(Math.max(0, start - 6), start));
  const flag = last === "-" && FLAG.test(text.slice(Math.max(0, start - 3), start));
  const { secrecy, joined } = judge(text, { bare, start, query, flag }, said);
  const name = joined ?? bare;
  // Without a spread, which takes longer than all the rest.
  return { text: name, start, end, query, flag, spaced: joined !== undefined, secrecy, says: said(name) };
}

interface Judged {
  secrecy: Secrecy;
  /** The name with the word before it, where both make one name. */
  joined?: string | undefined;
}

function judge(
  text: string,
  name: { bare: string; start: number; query: boolean; flag: boolean },
  said: Said,
): Judged {
  if (isUrlUser(text, name)) return { secrecy: "no" };
  if (name.query && QUERY_SURE.test(name.bare)) return { secrecy: "sure" };
  if (name.query && QUERY_MAYBE.test(name.bare)) return { secrecy: "maybe" };
  return OPEN_NAME.test(name.bare) ? withWordBefore(text, name, said) : { secrecy: said(name.bare).secrecy };
}

/** `https://x-access-token:…@host`: the user of a URL, whose password has its own rule. */
function isUrlUser(text: string, { bare, start }: { bare: string; start: number }): boolean {
  return (
    text[start + bare.length] === ":" && /:\/\/[^\s/@?#]*$/.test(text.slice(Math.max(0, start - 80), start))
  );
}

/** `API key:` and `access token:` are one name in two words; `--token` as a flag is no word of a language. */
function withWordBefore(
  text: string,
  { bare, start, flag }: { bare: string; start: number; flag: boolean },
  said: Said,
): Judged {
  if (flag && /^(?:token|secret|pass)$/i.test(bare)) return { secrecy: "sure" };
  const alone = said(bare).secrecy;
  const before = wordBefore(text, start);
  if (before === "") return { secrecy: alone };
  const joined = `${before}_${bare}`.toLowerCase();
  const together = said(joined).secrecy;
  return together === "sure" ? { secrecy: together, joined } : { secrecy: alone };
}

/** The last of a word that ends a blank before `at`, if it has two letters or more. */
function wordBefore(text: string, at: number): string {
  const blank = text[at - 1];
  if (blank !== " " && blank !== "\t") return "";
  const end = at - 1;
  let start = end;
  while (end - start < LONGEST_BEFORE && isLetterOrDigit(text.charCodeAt(start - 1))) start -= 1;
  return end - start < 2 ? "" : text.slice(start, end);
}

/** Remembers results, as many as a text needs that is no list of names. */
function memo<T>(find: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const found = known.get(key) ?? find(key);
    if (known.size < MOST_KNOWN) known.set(key, found);
    return found;
  };
}
