import { ask } from "../dialog.ts";
import { h } from "../dom.ts";
import { type Args, Form } from "../form/form.ts";
import type { Schema } from "../host/host.ts";

const SINCE = [
  ["", "any time"],
  ["1h", "last hour"],
  ["24h", "last 24 hours"],
  ["7d", "last 7 days"],
  ["30d", "last 30 days"],
] as const;
const PAGING = ["limit", "cursor"];
/** What has a control of its own; everything else that a call was made with is a chip. */
const OWN: ReadonlySet<string> = new Set(["text", "owner", "since", "status", "gpu", ...PAGING]);

/** The filters of job_list: whatever changes is passed on at once. */
export function filters(schema: Schema, args: Args, change: (args: Args) => void): HTMLElement {
  const set = (name: string, value: unknown) => {
    const { [name]: _, ...rest } = args;
    change(value === "" || value === undefined || value === false ? rest : { ...rest, [name]: value });
  };
  let typed: ReturnType<typeof setTimeout> | undefined;
  const search: HTMLInputElement = h("input", {
    ...{ type: "search", placeholder: "name, image, command, reason", "aria-label": "Search jobs" },
    value: wordOf(args.text),
    oninput() {
      clearTimeout(typed);
      typed = setTimeout(() => set("text", search.value.trim()), 300);
    },
  });
  const owner = select("Owner", wordOf(args.owner), ownersFor(args.owner), (value) => set("owner", value));
  const since = select("Created", wordOf(args.since), sinceFor(args.since), (value) => set("since", value));
  const gpu: HTMLInputElement = h("input", {
    type: "checkbox",
    checked: args.gpu === true,
    onchange: () => set("gpu", gpu.checked),
  });
  const chips = Object.entries(args)
    .filter(([name]) => !OWN.has(name))
    .map(([name, value]) =>
      h(
        "button",
        { class: "chip", onclick: () => set(name, undefined) },
        `${name.replaceAll("_", " ")}: ${[value].flat().join(", ")} `,
        h("span", { "aria-hidden": "true" }, "×"),
        h("span", { class: "hidden" }, ", remove"),
      ),
    );
  return h(
    "div",
    { class: "filters", role: "search" },
    search,
    ...[owner, since],
    h("label", { class: "check" }, gpu, "GPU"),
    ...chips,
    h("button", { onclick: () => void askAll(schema, args, change) }, "All filters"),
  );
}

/** Whatever job_list takes, in one form. */
function askAll(schema: Schema, args: Args, change: (args: Args) => void): Promise<void> {
  const usual = Object.fromEntries(Object.entries(args).map(([name, value]) => [name, textOf(value)]));
  const form = new Form(schema, { common: Object.keys(schema.properties ?? {}), hidden: PAGING, usual });
  return ask({
    ...{ title: "Filter jobs", about: "", fields: form.element, yes: "Filter" },
    act: async () => change(form.args()),
  });
}

function textOf(value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return [value].flat().join("\n");
}

type Options = readonly (readonly [string, string])[];

function ownersFor(owner: unknown): Options {
  const known = [
    ["", "everybody"],
    ["me", "me"],
  ] as const;
  return withOwn(known, owner);
}

function sinceFor(since: unknown): Options {
  return withOwn(SINCE, since);
}

function withOwn(options: Options, value: unknown): Options {
  const word = wordOf(value);
  return options.some(([known]) => known === word) ? options : [...options, [word, word]];
}

function select(label: string, value: string, options: Options, change: (value: string) => void) {
  const element: HTMLSelectElement = h(
    "select",
    { "aria-label": label, onchange: () => change(element.value) },
    options.map(([own, words]) => h("option", { value: own, selected: own === value }, words)),
  );
  return element;
}

function wordOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
