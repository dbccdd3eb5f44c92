import type { App, View } from "./app.ts";
import type { JobFacts, Plan, PresetRow } from "./data.ts";
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

/** Starts a job, or one like another with changes: first a plan with its cost, then a yes. */
export function startView(app: App, likeId?: string): View {
  const inputs = FIELDS.map((field: Field) => ({
    field,
    input: h("input", { id: `new-${field.name}`, placeholder: field.hint, required: field.required }),
  }));
  const preset = h("select", { id: "new-preset" }, h("option", { value: "" }, "the default"));
  const outcome = h("p", { role: "status", class: "why" });
  let before: Args = {};
  const argsNow = (): Args =>
    changed(before, {
      ...Object.fromEntries(inputs.map(({ field, input }) => [field.name, typed(field, input.value.trim())])),
      preset: preset.value === "" ? undefined : preset.value,
    });
  const submit = async (event: Event) => {
    event.preventDefault();
    fill(outcome);
    await start(app, argsNow(), likeId).catch(fail);
  };
  const fail = (error: unknown) => fill(outcome, error instanceof Error ? error.message : String(error));
  const prepare = async () => {
    await offerPresets(app, preset);
    if (likeId === undefined) return;
    before = await factsOf(app, likeId);
    for (const { field, input } of inputs) input.value ||= [before[field.name] ?? ""].flat().join(", ");
    preset.value = String(before.preset ?? "");
  };
  prepare().catch(fail);
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
  const title = likeId === undefined ? "Start a job" : "Run it again";
  const note =
    likeId !== undefined && h("p", {}, "What is left empty stays as it was; the name is not kept.");
  return { title, element: h("section", {}, h("h1", {}, title), note, form, outcome) };
}

function typed({ read }: Field, text: string): unknown {
  if (text === "") return undefined;
  return read === undefined ? text : read(text);
}

/** What is said, and not as it was. */
function changed(before: Args, now: Args): Args {
  const isSame = (name: string) => JSON.stringify(before[name]) === JSON.stringify(now[name]);
  return Object.fromEntries(
    Object.entries(now).filter(([name, value]) => value !== undefined && !isSame(name)),
  );
}

/** Of a job to run again, what the form has fields for. */
async function factsOf(app: App, id: string): Promise<Args> {
  const { data } = await app.host.call("job_status", { jobs: [id] });
  const [{ image, command, tags, preset } = {}] = (data as { jobs?: Partial<JobFacts>[] }).jobs ?? [];
  return { image, command, tags, preset };
}

async function start(app: App, args: Args, likeId: string | undefined): Promise<void> {
  const tool = likeId === undefined ? "job_start" : "job_rerun";
  const asked = likeId === undefined ? args : { ...args, job: likeId };
  const plan = await app.host.call(tool, { ...asked, dry_run: true });
  if (!(await confirmed({ title: "Start this job?", text: plan.text, yes: "Start it" }))) return;
  const request = { ...asked, dry_run: false, request_id: requestId() };
  const { text, data } = await app.host.call(tool, request);
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

/** Makes a repeat of a start whose answer was lost the same start. */
function requestId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
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
