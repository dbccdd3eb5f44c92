import { isDeepStrictEqual } from "node:util";
import { applyEdits, modify, type ParseError, parse as parseJsonc, printParseErrorCode } from "jsonc-parser";
import { parse as parseToml } from "smol-toml";
import { isMap, parseDocument, stringify } from "yaml";
import { withTable } from "./toml.ts";

export type Format = "json" | "toml" | "yaml";

type Settings = Record<string, unknown>;

/** The place of one entry in a file of settings. */
interface Place {
  format: Format;
  servers: string;
  name: string;
}

/** The file cannot be changed without harm; says why. */
export class UneditableError extends Error {
  override readonly name = "UneditableError";
}

/**
 * The text of a file with this entry, or without it where `entry` is undefined. Comments, the order and all other
 * entries stay; what an entry already has beside ours stays too. @throws {UneditableError}
 */
export function edited(text: string, place: Place, entry: Settings | undefined): string {
  const mark = text.startsWith("\ufeff") ? "\ufeff" : "";
  const before = text.slice(mark.length);
  const settings = settingsIn(before, place.format);
  const servers = settings[place.servers] ?? {};
  if (!isObject(servers)) throw new UneditableError(`${place.servers} in it is no group of servers`);
  const now = servers[place.name];
  if (entry === undefined && now === undefined) return text;
  const { [place.name]: _, ...others } = servers;
  const value = entry && merged(now, entry);
  if (value !== undefined && isDeepStrictEqual(now, value)) return text;
  const after = EDITORS[place.format](before, place, value);
  const expected = value === undefined ? others : { ...others, [place.name]: value };
  if (!says(after, place, { ...settings, [place.servers]: expected }))
    throw new UneditableError("it cannot be changed without changing something else in it");
  return mark + after;
}

/** Whether a file has these settings; one without servers may also have no group of them. */
function says(text: string, { format, servers }: Place, expected: Settings): boolean {
  try {
    return isDeepStrictEqual({ [servers]: {}, ...settingsIn(text, format) }, expected);
  } catch {
    return false;
  }
}

/** What a file says of the entry. */
export function entryIn(text: string, { format, servers, name }: Place): unknown {
  const all = settingsIn(text.replace(/^\ufeff/, ""), format)[servers];
  return isObject(all) ? all[name] : undefined;
}

/** The entry alone, as it would stand in a new file. */
export function snippet(place: Place, entry: Settings): string {
  return edited("", place, entry);
}

function merged(now: unknown, entry: Settings): Settings {
  if (!isObject(now)) return entry;
  const variables = ["env", "envs"].flatMap((key) => {
    const both = [now[key], entry[key]].filter((each) => isObject(each));
    return both.length === 0 ? [] : [[key, Object.assign({}, ...both)]];
  });
  return { ...now, ...entry, ...Object.fromEntries(variables) };
}

function settingsIn(text: string, format: Format): Settings {
  const settings = text.trim() === "" ? {} : READERS[format](text);
  if (!isObject(settings)) throw new UneditableError("its settings are no object");
  // Parsers of TOML and YAML make objects of their own kinds.
  return JSON.parse(JSON.stringify(settings));
}

const READERS: Record<Format, (text: string) => unknown> = {
  json(text) {
    const errors: ParseError[] = [];
    const settings = parseJsonc(text, errors, { allowTrailingComma: true });
    const [first] = errors;
    if (first === undefined) return settings;
    const line = text.slice(0, first.offset).split("\n").length;
    throw new UneditableError(`it is no JSON: ${printParseErrorCode(first.error)} in line ${line}`);
  },
  toml(text) {
    try {
      return parseToml(text);
    } catch (error) {
      const [why] = error instanceof Error ? error.message.split("\n") : [];
      throw new UneditableError(`it is no TOML: ${why}`, { cause: error });
    }
  },
  yaml(text) {
    const document = parseDocument(text);
    const [first] = document.errors;
    if (first === undefined) return document.toJS() ?? {};
    throw new UneditableError(`it is no YAML: ${first.code} in line ${first.linePos?.[0].line}`);
  },
};

type Edit = (text: string, place: Place, value: Settings | undefined) => string;

const EDITORS: Record<Format, Edit> = {
  json(text, { servers, name }, value) {
    const eol = text.includes("\r\n") ? "\r\n" : "\n";
    const formattingOptions = { ...indentOf(text), eol };
    const base = text.trim() === "" ? "{}" : text;
    const after = applyEdits(base, modify(base, [servers, name], value, { formattingOptions }));
    return text.trim() === "" ? `${after}${eol}` : after;
  },
  toml: (text, { servers, name }, value) => withTable(text, [servers, name], value),
  yaml(text, { servers, name }, value) {
    if (text.trim() === "") return stringify({ [servers]: { [name]: value } });
    const document = parseDocument(text);
    if (value === undefined) document.deleteIn([servers, name]);
    else if (isMap(document.get(servers))) document.setIn([servers, name], document.createNode(value));
    else document.set(servers, document.createNode({ [name]: value }));
    return document.toString({ lineWidth: 0 });
  },
};

function indentOf(text: string): { insertSpaces: boolean; tabSize: number } {
  const indent = /^[{[]?\r?\n?([ \t]+)\S/m.exec(text)?.[1] ?? "  ";
  return { insertSpaces: !indent.includes("\t"), tabSize: indent.includes("\t") ? 1 : indent.length };
}

function isObject(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
