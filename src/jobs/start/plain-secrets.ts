import { makeRedactor } from "../redact/index.ts";
import { secrecyOf } from "../redact/secret-names.ts";
import { isMixedWord, isPlainValue, looksLikeToken } from "../redact/secret-values.ts";

/** A secret that was given as it is. */
export interface PlainSecret {
  argument: string;
  /** The variable that holds it; absent in a text. */
  variable?: string;
  /** The part of a text around it, without it. */
  shown?: string;
}

const redact = makeRedactor();
/** What people write where a program wants a key and needs none. */
const STAND_INS =
  /^(?:(?:sk|token|key)-)?(?:empty|dummy|fake|test|example|placeholder|change-?me|todo|unused|not-needed|no-key(?:-required|-needed)?|local|offline|ollama|lm-studio|xxx+|\.{3})$|^(?:replace|insert)[-_]|^(?:sk-1234|token-abc123|[01])$/i;
/** A variable by its name, a parameter of a store, a token of a tokenizer. */
const LOOKED_UP = /^(?:[A-Z]+(?:_[A-Z]+)+|ssm:\/.*|\[[A-Z]+\])$/;
/** As models, data sets and columns are called: `llama-3-8b`, `train_2017`. */
const JOINED = /^(?:[a-z]{2,12}[-_.])+v?\d{1,4}[a-z]?(?:[-_.]\w{1,4})*$/i;
/** Where a command begins, or behind another such. */
const ASSIGNMENT =
  /(?<![\w.-])(?=[A-Za-z_]\w{0,99}=)(?<=(?:^|[;&|(\n]|\b(?:do|then|else|export|env|declare|local|readonly)|[A-Za-z_]=\S{0,200}|-e|--env)\s{0,20})(?<name>\w+)=(?![$`])(?<value>"[^"]*"|'[^']*'|[^\s;&|()]+)/g;
const QUOTES = /^["']|["']$/g;
const SHOWN_CHARS = 40;

/** Variables whose value is a secret, by its own form or by their name. */
export function secretVariables(argument: string, env: Readonly<Record<string, string>> = {}): PlainSecret[] {
  return Object.entries(env)
    .filter(([name, value]) => redact(value).hidden > 0 || isSecret(name, value))
    .map(([variable]) => ({ argument, variable }));
}

/** Where a text, such as a command, holds a secret. */
export function secretInText(argument: string, text: string | undefined): PlainSecret[] {
  if (text === undefined) return [];
  // `--token= --port=80`: for a shell the value ends where it begins.
  const said = text.replace(/=(?=\s+-)/g, '=""');
  const { text: safe, hidden } = redact(said);
  if (hidden === 0) return assigned(text).map((shown) => ({ argument, shown }));
  const at = differsAt(said, safe);
  const shown = safe.slice(Math.max(0, at - SHOWN_CHARS), at + SHOWN_CHARS).trim();
  return [{ argument, shown }];
}

/** Variables that a command sets: `secret=letmein ./run`, which in a log could be about anything. */
function assigned(text: string): string[] {
  return [...text.matchAll(ASSIGNMENT)]
    .filter(({ groups: { name = "", value = "" } = {} }) => isSecret(name, value.replace(QUOTES, "")))
    .map(({ groups: { name = "" } = {} }) => `${name}=[redacted]`);
}

function isSecret(name: string, value: string): boolean {
  if (isPlainValue(value) || STAND_INS.test(value) || LOOKED_UP.test(value)) return false;
  // Whatever its case, it is the name of a variable.
  const secrecy = secrecyOf(name.replace(/(?<=[a-z0-9])[A-Z]/g, "_$&").toUpperCase());
  if (secrecy !== "maybe") return secrecy === "sure";
  return !JOINED.test(value) && (isMixedWord(value) || looksLikeToken(value));
}

function differsAt(text: string, safe: string): number {
  let at = 0;
  while (at < safe.length && text[at] === safe[at]) at += 1;
  return at;
}
