import { h } from "../dom.ts";
import type { Argument } from "../host/host.ts";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** A field for one argument. */
export interface Field {
  name: string;
  control: Control;
  /** What is to be said about it besides its name. */
  hint: string;
  /** What was typed, as the argument takes it. @throws {Error} it makes no sense */
  read(): unknown;
}

interface FieldOptions {
  isRequired: boolean;
  /** The id of a list of values to choose from. */
  listId: string;
}

/** Texts that may have several lines. */
const LONG: ReadonlySet<string> = new Set(["command", "description", "stdin"]);
/** A tool's name is of no use to a person. */
const ABOUT_TOOLS = /\b(?:job|apolo)_|cursor/;

export function fieldOf(name: string, argument: Argument, options: FieldOptions): Field {
  const { description = "", default: usual } = argument;
  const id = `field-${name}`;
  const common = {
    id,
    required: options.isRequired,
    "aria-describedby": `${id}-hint`,
    placeholder: usual === undefined || usual === "" ? undefined : `default: ${String(usual)}`,
  };
  const { control, read, hint = "" } = kindOf({ ...argument, name }, { ...common, list: options.listId });
  const said = ABOUT_TOOLS.test(description) ? "" : description;
  // In a field of lines an item stands alone.
  const item = (text: string) => text.replace(/\["([^"]*)"\]/g, "$1");
  const isEmpty = () => control.value.trim() === "";
  return {
    name,
    control,
    hint: item(hint || said),
    read: () => (isEmpty() ? undefined : read(control.value.trim())),
  };
}

type Props = Parameters<typeof h>[1] & object;

interface Kind {
  control: Control;
  read(text: string): unknown;
  hint?: string;
}

function kindOf({ name, ...argument }: Argument & { name: string }, { list, ...props }: Props): Kind {
  const { type, enum: words, items, minimum, maximum, description = "" } = argument;
  if (words !== undefined) return { control: choice(words, props), read: (text) => text };
  const area = (hint: string, read: Kind["read"]): Kind => ({
    control: h("textarea", { ...props, rows: 1 }),
    ...{ read, hint },
  });
  switch (type) {
    case "boolean":
      return { control: choice(["yes", "no"], props), read: (text) => text === "yes" };
    case "integer":
    case "number":
      return { control: h("input", { ...props, type: "number", min: minimum, max: maximum }), read: Number };
    case "array":
      return area(["one a line", items?.enum?.join(", ") ?? description].filter(Boolean).join(": "), linesOf);
    case "object":
      return area(mapHint(description), (text) => mapOf(text, description));
    default:
      return LONG.has(name)
        ? area(description, (text) => text)
        : { control: h("input", { ...props, list }), read: (text) => text };
  }
}

function choice(words: readonly string[], { placeholder = "not set", ...props }: Props): HTMLSelectElement {
  return h(
    "select",
    props,
    h("option", { value: "" }, String(placeholder)),
    words.map((word) => h("option", { value: word }, word)),
  );
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** The example that begins the description of a map. */
function exampleIn(description: string): [string, unknown] | undefined {
  const [example] = /^\{.*?\}(?=\s|$)/.exec(description) ?? [];
  return example === undefined ? undefined : Object.entries(JSON.parse(example) as object)[0];
}

function mapHint(description: string): string {
  const [name, value] = exampleIn(description) ?? ["NAME", "value"];
  const more = description.replace(/^\{.*?\}(?=\s|$)/, "").trim();
  return [`one a line, e.g. ${name}=${[value].flat().join(", ")}`, more].filter(Boolean).join("; ");
}

/** Lines of NAME=value, where its example has lists with commas between values; or JSON. */
function mapOf(text: string, description: string): unknown {
  if (text.startsWith("{")) return JSON.parse(text);
  const isOfLists = Array.isArray(exampleIn(description)?.[1]);
  return Object.fromEntries(
    linesOf(text).map((line) => {
      const at = line.indexOf("=");
      if (at < 1) throw new Error(`"${line}" is not NAME=value.`);
      const value = line.slice(at + 1);
      return [line.slice(0, at).trim(), isOfLists ? value.split(",").map((part) => part.trim()) : value];
    }),
  );
}
