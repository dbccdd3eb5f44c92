import { readdirSync, readFileSync } from "node:fs";
import { split } from "shlex";
import { parse } from "smol-toml";

/** What a reader may type or paste, from the documents that are written by hand. */
export interface Snippet {
  /** Of a fenced block: its language; of text within a line: empty. */
  language: string;
  text: string;
}

/** One way in which a document starts the server. */
export interface Start {
  args: string[];
  env: Record<string, string>;
}

const SNIPPET = /^```(\w*)\n([\s\S]*?)^```|`([^`\n]+)`/gm;
/** The server as a clone has it, or as npm does. */
const BIN = /(?:dist\/main\.js|^apolo-jobs-mcp)$/;
const STARTED = /(?:dist\/main\.js|(?:^|npx (?:-y )?)apolo-jobs-mcp) /;

export function documents(): { name: string; text: string }[] {
  const names = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CODE_OF_CONDUCT.md",
    ...["docs", "docs/guides"].flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`)),
  ];
  return names
    .filter((name) => name.endsWith(".md"))
    .map((name) => ({ name, text: readFileSync(name, "utf8") }));
}

export function snippets(text: string): Snippet[] {
  return Array.from(text.matchAll(SNIPPET), ([, language = "", block, line = ""]) => ({
    language,
    text: block ?? line,
  }));
}

/** The starts of the server in a snippet: as a shell's line, or as a client's JSON or TOML. */
export function starts({ language, text }: Snippet): Start[] {
  if (language === "toml") return configured(parse(text));
  if (/^\{"\w*[sS]ervers"/.test(text)) return configured(JSON.parse(text));
  const lines = text
    .replaceAll("\\\n", " ")
    .replace(/(?:^|\s)#\s.*$/gm, "")
    .split("\n");
  return lines.filter((line) => STARTED.test(line)).map((line) => typed(split(line)));
}

/** The server's own arguments end where a remark, the shell's or the inspector's begin. */
const OTHERS = new Set([">", "&", "#", "--method"]);

function typed(words: string[]): Start {
  const quoted = words.find((word) => STARTED.test(word));
  if (quoted !== undefined) return typed(split(quoted));
  const args = words.slice(words.findIndex((word) => BIN.test(word)) + 1);
  const end = args.findIndex((word) => OTHERS.has(word));
  const pairs = words.filter((word) => /^APOLO_\w+=/.test(word)).map((word) => word.split("=", 2));
  return { args: end < 0 ? args : args.slice(0, end), env: Object.fromEntries(pairs) };
}

/** Wherever a client keeps its servers: what has a command is one. */
function configured(value: unknown): Start[] {
  if (typeof value !== "object" || value === null) return [];
  if (!("command" in value)) return Object.values(value).flatMap(configured);
  const { args, env = {} } = value as unknown as { args: string[]; env?: Record<string, string> };
  return [{ args: args.slice(args.findIndex((word) => BIN.test(word)) + 1), env }];
}
