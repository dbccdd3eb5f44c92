import { fill, h } from "../dom.ts";
import type { Schema } from "../host/host.ts";
import { labelOf } from "../words.ts";
import { type Field, fieldOf } from "./field.ts";

export type Args = Record<string, unknown>;

interface FormOptions {
  /** What is asked for first; all else is folded. */
  common: readonly string[];
  /** What the page fills in itself. */
  hidden?: readonly string[];
  /** What most people want: filled in, and sent. */
  usual?: Readonly<Record<string, string>>;
}

/** A value to choose, and what there is to know about it. */
export type Suggestion = readonly [value: string, words: string];

/** Fields for the arguments of a tool, made from its published schema: whatever the server takes can be given. */
export class Form {
  readonly element = h("div", { class: "fields" });
  readonly #fields: Field[];
  readonly #folded: HTMLDetailsElement;
  readonly #before = new Map<string, string>();

  constructor({ properties = {}, required = [] }: Schema, { common, hidden = [], usual = {} }: FormOptions) {
    const names = Object.keys(properties).filter((name) => !hidden.includes(name));
    const first = common.filter((name) => names.includes(name));
    const others = names.filter((name) => !first.includes(name));
    const make = (name: string) =>
      fieldOf(name, properties[name] ?? {}, { isRequired: required.includes(name), listId: `list-${name}` });
    const [shown, rest] = [first.map(make), others.map(make)];
    this.#fields = [...shown, ...rest];
    this.#folded = h("details", {}, h("summary", {}, "More"), h("div", { class: "fields" }, rest.map(rowOf)));
    for (const { control } of rest) control.addEventListener("invalid", () => (this.#folded.open = true));
    for (const { name, control } of this.#fields) control.value = usual[name] ?? "";
    fill(this.element, shown.map(rowOf), rest.length > 0 && this.#folded);
  }

  get isEmpty(): boolean {
    return this.#fields.length === 0;
  }

  /** What is said, and not as it was. @throws {Error} something makes no sense */
  args(): Args {
    return Object.fromEntries(
      this.#fields
        .filter(({ name, control }) => control.value.trim() !== (this.#before.get(name) ?? ""))
        .map((field) => [field.name, readOrSay(field)])
        .filter(([, value]) => value !== undefined),
    );
  }

  /** How things were: fields that nobody touched meanwhile show it. */
  fill(before: Readonly<Record<string, string | undefined>>): void {
    for (const { name, control } of this.#fields) {
      const text = before[name]?.trim();
      if (text === undefined || text === "") continue;
      this.#before.set(name, text);
      control.value ||= text;
    }
  }

  /** Says what there is already, where a field only adds to it. */
  note(name: string, text: string): void {
    this.element.querySelector(`#field-${name}-hint`)?.prepend(`${text} `);
  }

  suggest(name: string, suggestions: readonly Suggestion[]): void {
    const options = suggestions.map(([value, words]) => h("option", { value }, words));
    this.element.append(h("datalist", { id: `list-${name}` }, options));
  }
}

function rowOf({ name, control, hint }: Field): HTMLElement[] {
  const { id } = control;
  return [
    h("label", { for: id }, labelOf(name)),
    h("div", {}, control, h("small", { id: `${id}-hint` }, hint)),
  ];
}

function readOrSay({ name, read }: Field): unknown {
  try {
    return read();
  } catch (cause) {
    throw new Error(`${labelOf(name)}: ${cause instanceof Error ? cause.message : ""}`, { cause });
  }
}
