import { split } from "shlex";
import { imageToString, type JobDescription } from "../../client/index.ts";
import { oneLine } from "../../foreign.ts";
import type { Redact } from "../redact/index.ts";
import { redactJob } from "../redact/job.ts";
import { secrecyOf } from "../redact/secret-names.ts";
import { looksLikeToken } from "../redact/secret-values.ts";
import { MARK } from "../redact/spans.ts";

/** One thing that a job was told: `--lr 1e-4`, `env LR=0.1`, `preset a100`. */
export interface Parameter {
  part: "command" | "env" | "preset" | "image";
  /** What is compared: `--lr`, `env LR`, `preset`. */
  key: string;
  value: string;
  /** What is told apart: the value, also of what is hidden. Never shown. */
  real: string;
  /** Both as a person writes them. */
  text: string;
}

const SHELL = /^(?:\S*\/)?(?:ba|da|z|k|a)?sh$/;
const SHELL_FLAG = /^-\w*c$/;
const FLAG = /^--?[A-Za-z]/;
/** `optimizer.lr=0.1`, `+trainer=gpu` */
const ASSIGNMENT = /^((?:--?|[+~]{1,2})?[A-Za-z_][\w./@-]*)=(.*)$/s;
/** What parameters of a run look like. Other values of variables may be secrets, whatever they are called. */
const PLAIN_ENV = /^[\w.+,/-]{0,40}$/;

/** What a job was told, secrets hidden, in the order in which it is told. */
export function parametersOf(job: JobDescription, redact: Redact): Parameter[] {
  const { preset_name: preset, container } = redactJob(job, redact);
  const words = [container.entrypoint, container.command].flatMap((text) => wordsOf(text ?? ""));
  const image = imageToString(container.image);
  return [
    ...numbered(ofCommand(words)),
    ...Object.entries(job.container.env).map(([name, value]) => ofEnv(name, value, redact)),
    ...(preset === undefined ? [] : [ofPlatform("preset", preset)]),
    ofPlatform("image", image),
  ].map(({ part, key, value, real, text }) => ({
    part,
    real,
    key: oneLine(key),
    value: oneLine(value),
    text: oneLine(text),
  }));
}

/** The words of a command; of a shell's, those of its script. */
function wordsOf(command: string): string[] {
  const words = tryToSplit(command);
  const [shell = "", flag = "", script, ...more] = words;
  const isScript = SHELL.test(shell) && SHELL_FLAG.test(flag) && script !== undefined;
  return isScript ? [...tryToSplit(script), ...more] : words;
}

function tryToSplit(text: string): string[] {
  try {
    return split(text);
  } catch {
    // An open quote: it is compared as a whole.
    return [text];
  }
}

function ofCommand(words: readonly string[]): Parameter[] {
  const found: Parameter[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const text = words[at] ?? "";
    const value = isFlag(text) ? words[at + 1] : undefined;
    if (value === undefined || FLAG.test(value)) found.push(ofWord(text));
    else {
      found.push(word(text, value, `${text} ${value}`));
      at += 1;
    }
  }
  return found;
}

/** Its value, if it has one, is the next word. */
function isFlag(text: string): boolean {
  return FLAG.test(text) && !ASSIGNMENT.test(text);
}

function ofWord(text: string): Parameter {
  const [, name = "", value] = ASSIGNMENT.exec(text) ?? [];
  if (value !== undefined) return word(FLAG.test(name) ? name : `${name}=`, value, text);
  return FLAG.test(text) ? word(text, "", text) : word("word", text, text);
}

function word(key: string, value: string, text: string): Parameter {
  return { part: "command", key, value, real: value, text };
}

function ofPlatform(part: "preset" | "image", value: string): Parameter {
  return { part, key: part, value, real: value, text: `${part} ${value}` };
}

/** The same flag twice is two, and words are told apart by their places. */
function numbered(parameters: readonly Parameter[]): Parameter[] {
  const seen = new Map<string, number>();
  return parameters.map((parameter) => {
    const count = (seen.get(parameter.key) ?? 0) + 1;
    seen.set(parameter.key, count);
    return count === 1 ? parameter : { ...parameter, key: `${parameter.key} (${count})` };
  });
}

function ofEnv(name: string, value: string, redact: Redact): Parameter {
  const isPlain = PLAIN_ENV.test(value) && secrecyOf(name) === "no" && !looksLikeToken(value);
  const shown = isPlain && redact(`${name}=${value}`).hidden === 0 ? value : MARK;
  const key = `env ${redact(name).text}`;
  return { part: "env", key, value: shown, real: value, text: `${key}=${shown}` };
}
