const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));

/** Words of sentences about a secret, and of errors. Few of them are words that passphrases are made of. */
const STATEMENT_WORDS = set(
  "a an the this that these those it its is isn't are aren't was were be been being am has have had having must may might can can't cannot could should shall will would won't does doesn't do don't did didn't not no none never neither nor already yet still only also again please you your we our they their he she i who which what when where why how if unless because since while until than then so as too very to of for from in into on onto at by via with without within under over about above after before between against per and or but required requires require optional invalid valid incorrect wrong missing mismatch mismatched mismatches malformed empty blank null unset undefined absent unknown unexpected unsupported unauthorized unauthenticated unauthorised unavailable unreachable unreadable unusable unconfirmed unverified unchanged forbidden denied refused rejected revoked expired expires expiring disabled enabled inactive active deactivated suspended locked blocked banned accepted failed fails failure failing error errors exists exist duplicate duplicated conflict conflicts deleted removed created updated changed rotated saved stored loaded found given provided supplied specified configured generated encrypted hashed hidden masked redacted ignored ignoring skipped skipping deprecated obsolete permission permissions access operation connection file directory field value values argument option parameter character characters length policy prompt login authentication authorization authenticated authorized validation verification short long weak strong common similar timeout timed bad broken corrupt corrupted insufficient enter choose type select check try use using see reset resetting refresh refreshing renewed renew retry retrying waiting reading writing parsing exit exec stat open read write no-op ok okay good fine pending ready done attempts left",
);
const PHRASE = /[A-Za-z][a-z'’-]{0,24}(?:[ \t][A-Za-z][a-z'’-]{0,24}){0,30}(?=$|[\s.,;:!?)\]}"'`\\])/y;
/** So many plain words in a row are the words of a wallet, whatever they are. */
const WALLET_WORDS = 11;

/** Plain words that follow each other. */
export interface Phrase {
  end: number;
  words: string[];
  /** They talk about a secret without being one. */
  isStatement: boolean;
}

/** The plain words that begin at `start`; undefined where something else stands. */
export function phraseAt(text: string, start: number): Phrase | undefined {
  PHRASE.lastIndex = start;
  const found = PHRASE.exec(text)?.[0];
  if (found === undefined) return undefined;
  const words = found.split(/[ \t]/);
  const isStatement =
    words.some((word) => STATEMENT_WORDS.has(word.toLowerCase())) &&
    !(words.length >= WALLET_WORDS && /^[a-z ]+$/.test(found));
  return { end: start + found.length, words, isStatement };
}

/** Whether a whole line of words, numbers and their punctuation says something about a secret. */
export function isStatement(value: string): boolean {
  const words = value.toLowerCase().match(/[a-z'’-]+|\S/g) ?? [];
  return (
    /^[A-Za-z'’ ,.:;!?()-]*(?:\b\d{1,3}\b[A-Za-z'’ ,.:;!?()-]+)?$/.test(value) &&
    words.length > 1 &&
    words.some((word) => STATEMENT_WORDS.has(word))
  );
}

/** `This field may not be blank.`: what a form says of a value, in quotes as the value would be. */
export function isComplaint(value: string): boolean {
  return (
    /\b(?:is|are|was|must|may|can ?not|can't|should|does|do|did|not|too|already|required|field)\b/i.test(
      value,
    ) &&
    /\b(?:required|blank|empty|valid|invalid|incorrect|missing|null|none|short|long|weak|match(?:es)?|exist(?:s|ing)?|allowed|supported|characters?|digits?|common|numeric|similar|expired|string)\b/i.test(
      value,
    ) &&
    /^[A-Za-z][A-Za-z' -]*(?:\d{1,3}[A-Za-z' -]+)?[.!]?$/.test(value) &&
    value.includes(" ")
  );
}
