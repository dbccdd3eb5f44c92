import type { App, View } from "./app.ts";
import type { Plan, PresetRow } from "./data.ts";
import { confirmed } from "./dialog.ts";
import { fill, h } from "./dom.ts";

type Args = Record<string, unknown>;

/** The fields that most starts need; an agent has all. `read` makes the argument of what was typed. */
const FIELDS = [
  { name: "image", label: "Image", hint: "python:3.12 or image:mine:v1", required: true },
  { name: "command", label: "Command", hint: "python train.py --lr 0.1" },
  { name: "name", label: "Name", hint: "train-7b" },
  { name: "life_span", label: "Life span", hint: "6h; empty: 1d" },
  { name: "tags", label: "Tags", hint: "a, b", read: listOf },
  { name: "volumes", label: "Volumes", hint: "storage:data:/mnt:ro", read: listOf },
  { name: "env", label: "Environment", hint: "LR=0.1, EPOCHS=3", read: envOf },
] as const satisfies readonly Field[];

interface Field {
  name: string;
  label: string;
  hint: string;
  required?: boolean;
  read?: (text: string) => unknown;
}

/** Starts a job: first a plan with its cost, then a yes. */
export function startView(app: App): View {
  const inputs = FIELDS.map((field: Field) => ({
    field,
    input: h("input", { id: `new-${field.name}`, placeholder: field.hint, required: field.required }),
  }));
  const preset = h("select", { id: "new-preset" }, h("option", { value: "" }, "the default"));
  const outcome = h("p", { role: "status", class: "why" });
  const argsNow = (): Args => ({
    ...Object.fromEntries(
      inputs.flatMap(({ field: { name, read }, input }) => {
        const text = input.value.trim();
        return text === "" ? [] : [[name, read === undefined ? text : read(text)]];
      }),
    ),
    ...(preset.value === "" ? {} : { preset: preset.value }),
  });
  const submit = async (event: Event) => {
    event.preventDefault();
    fill(outcome);
    await start(app, argsNow()).catch((error: unknown) =>
      fill(outcome, error instanceof Error ? error.message : String(error)),
    );
  };
  void offerPresets(app, preset);
  const rows = inputs.map(({ field, input }) => [h("label", { for: input.id }, field.label), input]);
  const form = h(
    "form",
    { class: "card form", onsubmit: (event) => void submit(event) },
    rows,
    h("label", { for: "new-preset" }, "Preset"),
    preset,
    h("span"),
    h("button", { class: "main" }, "Plan it"),
  );
  return { title: "Start a job", element: h("section", {}, h("h1", {}, "Start a job"), form, outcome) };
}

async function start(app: App, args: Args): Promise<void> {
  const plan = await app.host.call("job_start", { ...args, dry_run: true });
  if (!(await confirmed({ title: "Start this job?", text: plan.text, yes: "Start it" }))) return;
  const { text, data } = await app.host.call("job_start", { ...args, request_id: crypto.randomUUID() });
  app.say(text.split("\n", 1)[0] ?? "");
  app.host.tell(`By the page the user started a job.\n${text}`);
  const [job] = (data as Plan).jobs ?? [];
  app.go(job === undefined ? { view: "jobs" } : { view: "job", id: job.id });
}

async function offerPresets(app: App, select: HTMLSelectElement): Promise<void> {
  try {
    const { presets = [] } = (await app.host.call("job_capacity", {})).data as { presets?: PresetRow[] };
    const options = presets.map(({ name, credits_per_hour, available, gpu }) =>
      h(
        "option",
        { value: name },
        [name, gpu, `${credits_per_hour} credits/h`, `room for ${available}`].filter(Boolean).join(", "),
      ),
    );
    select.append(...options);
  } catch {
    // The default one is offered all the same.
  }
}

function listOf(text: string): string[] {
  return text.split(",").map((part) => part.trim());
}

function envOf(text: string): Record<string, string> {
  return Object.fromEntries(
    listOf(text).map((pair) => {
      const [name = "", ...value] = pair.split("=");
      return [name, value.join("=")];
    }),
  );
}
