import { wordSet } from "./secret-names.ts";
import { MARK } from "./spans.ts";

/** Answers, types and states that stand where a secret would: `secret: false`, `password: str`. */
const PLAIN_VALUES = wordSet(
  "true false none null nil undefined yes no on off ok required optional invalid incorrect wrong missing empty unset set not is was via and or for with in to from of the a an must cannot can should will has have only input stdin prompt string str bytes int bool boolean number any object dict list secretstr expired changed updated rotated valid enabled disabled hidden masked redacted protected accepted rejected failed denied found authentication authenticated auth basic bearer field flag option argument value file sensitive unknown default void n/a na tbd stored saved removed deleted reset skipped ignored loaded provided given using please enter type select generated created verified",
);
const PLACEHOLDER =
  /^(?:\$(?!ANSIBLE_VAULT;)\{?[A-Za-z_]|\$\(|\$[@*#?0-9]|%[A-Za-z_]*%|%\(|%s|\{\{|\{[A-Za-z_.]*\}$|<[^>]*>?$|\((?:sensitive|known|none|not |empty|hidden|unset)|\[(?:redacted|hidden|masked|filtered|secure|removed)|[*•x.…X#_-]+$|\*{3,}|YOUR[-_ ]|your[-_ ](?:api|own|secret|access|token|key|password)|insert[-_ ]|replace[-_ ]?me)/;
/** References of the platform, of Kubernetes, Vault and 1Password: a name, not a value. */
const REFERENCE =
  /^(?:secret:[\w./-]{1,60}$|secret:\/\/|vault:|op:\/\/|arn:aws|projects\/|env:|file:|os\.|process\.env)/;
const CODE =
  /^(?:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*[([]|(?:self|args|config|settings|cfg|opts|options|params|this|request|os|hparams)\.[\w.]+$)/;
const PATH = /^(?:~|\.{1,2})?\/(?:[\w.@-]{1,40}\/)*[\w.@-]{0,40}$|^[A-Z]:\\/;
/** No plain value is longer. */
const LONGEST_PLAIN = Math.max(...Array.from(PLAIN_VALUES, ({ length }) => length));
/** Names made of words are shorter. */
const LONGEST_WORDS = 120;
const URL_START = /^[a-z][a-z0-9+.-]{1,20}:\/\//i;

/** Words of sentences about a secret, and of errors. Few of them are words that passphrases are made of. */
const STATEMENT_WORDS = wordSet(
  "a an the this that these those it its is isn't are aren't was were be been being am has have had having must may might can can't cannot could should shall will would won't does doesn't do don't did didn't not no none never neither nor already yet still only also again please you your we our they their he she i who which what when where why how if unless because since while until than then so as too very to of for from in into on onto at by via with without within under over about above after before between against per and or but required requires require optional invalid valid incorrect wrong missing mismatch mismatched mismatches malformed empty blank null unset undefined absent unknown unexpected unsupported unauthorized unauthenticated unauthorised unavailable unreachable unreadable unusable unconfirmed unverified unchanged forbidden denied refused rejected revoked expired expires expiring disabled enabled inactive active deactivated suspended locked blocked banned accepted failed fails failure failing error errors exists exist duplicate duplicated conflict conflicts deleted removed created updated changed rotated saved stored loaded found given provided supplied specified configured generated encrypted hashed hidden masked redacted ignored ignoring skipped skipping deprecated obsolete permission permissions access operation connection file directory field value values argument option parameter character characters length policy prompt login authentication authorization authenticated authorized validation verification short long weak strong common similar timeout timed bad broken corrupt corrupted insufficient enter choose type select check try use using see reset resetting refresh refreshing renewed renew retry retrying waiting reading writing parsing exit exec stat open read write no-op ok okay good fine pending ready done attempts left",
);
const PHRASE = /[A-Za-z][a-z'’-]{0,24}(?:[ \t][A-Za-z][a-z'’-]{0,24}){0,30}(?=$|[\s.,;:!?)\]}"'`\\])/y;
/** So many plain words in a row are the words of a wallet, whatever they are. */
const WALLET_WORDS = 11;

/** Whether a value is no secret whatever its name: empty, a state, a placeholder, a reference, code, a path. */
export function isPlainValue(value: string): boolean {
  if (value === "" || value.startsWith(MARK)) return true;
  if (PLAIN_VALUES.has(wordOf(value))) return true;
  if (/^[\w-]+$/.test(value)) return PLACEHOLDER.test(value);
  if (/^\?[\w-]+=/.test(value)) return true; // a query: its parts are judged one by one
  if (PLACEHOLDER.test(value) || REFERENCE.test(value) || CODE.test(value)) return true;
  return URL_START.test(value) || (PATH.test(value) && !(value.length === 40 && isMixed(value)));
}

/** Lower case, without what a sentence ends with; nothing of what is longer than any plain one. */
function wordOf(value: string): string {
  let end = value.length;
  while (end > 0 && ".,;:!?)".includes(value.charAt(end - 1))) end -= 1;
  return end > LONGEST_PLAIN ? "" : value.slice(0, end).toLowerCase();
}

/** Whether a value stands for itself as a secret: long, without blanks, and no word, number, date or file. */
export function looksLikeToken(value: string, shortest = 8): boolean {
  if (value.length < shortest || /\s/.test(value) || isPlainValue(value)) return false;
  if (/^[\d.,:/+%_-]+$/.test(value) || isMeasure(value) || isWordy(value)) return false;
  return isMixed(value) || value.length >= 24;
}

function isMixed(value: string): boolean {
  return /[A-Za-z]/.test(value) && /\d/.test(value)
    ? true
    : value.length >= 16 && /[a-z][A-Z].*[A-Z]/.test(value);
}

/** Letters and digits together, as in `hunter2`, though not the name of a hash or an encoding. */
export function isMixedWord(value: string): boolean {
  return (
    /^(?=\S*[A-Za-z])(?=\S*\d)\S{6,}$/.test(value) &&
    !/^(?:sha|md|utf|base|oauth|python|http|tls|aes|v)-?\d/i.test(value) &&
    !isPlainValue(value) &&
    !isMeasure(value)
  );
}

/** A number with its unit, a date, a version, a file name. */
function isMeasure(value: string): boolean {
  return (
    /^[~<>=]*[\d.,]{1,9}\s*[A-Za-z%/µ]{1,8}(?:\/[a-z]{1,6})?$/.test(value) ||
    /^\d{4}-\d\d-\d\d/.test(value) ||
    /^v?\d+(?:\.\d+){1,3}(?:[-+.][\w.]+)?$/.test(value) ||
    /\.(?:py|json|ya?ml|txt|log|sh|pem|crt|key|pt|bin|safetensors|csv|toml|cfg|ini|md|js|ts|h5|ckpt|model|png|zip|gz)$/i.test(
      value,
    )
  );
}

/** Words joined by hyphens and the like, such as `bert-base-uncased` or `oauth2-proxy`. */
function isWordy(value: string): boolean {
  if (value.length > LONGEST_WORDS) return false;
  const parts = value.split(/[-_./:]/).filter((part) => part !== "");
  if (parts.length < 2) return /^[A-Za-z]{1,23}\d{0,2}$/.test(value);
  return parts.every((part) =>
    /^(?:[a-z]{2,20}\d{0,2}|[A-Z][a-z]{1,20}\d{0,2}|[A-Z]{2,20}|v?\d{1,4}[a-z]?|[a-z])$/.test(part),
  );
}

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
  const words = wordsOf(found);
  const isStatement =
    words.some((word) => STATEMENT_WORDS.has(word.toLowerCase())) &&
    !(words.length >= WALLET_WORDS && /^[a-z ]+$/.test(found));
  return { end: start + found.length, words, isStatement };
}

/** Without a split, which takes longer than all the rest. */
function wordsOf(phrase: string): string[] {
  const words: string[] = [];
  let start = 0;
  for (let at = 0; at <= phrase.length; at += 1) {
    const code = phrase.charCodeAt(at);
    if (at < phrase.length && code !== 32 && code !== 9) continue;
    words.push(phrase.slice(start, at));
    start = at + 1;
  }
  return words;
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
