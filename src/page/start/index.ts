import type { App, View } from "../app.ts";
import type { PresetRow, Started } from "../data.ts";
import { ask } from "../dialog.ts";
import { fill, h } from "../dom.ts";
import { type Args, Form } from "../form/form.ts";
import { sentForm } from "../form/sent.ts";
import type { Schema } from "../host/host.ts";
import { forPeople, messageOf } from "../words.ts";
import { earlier } from "./earlier.ts";
import { planOf } from "./plan.ts";

const COMMON = ["image", "command", "preset", "name", "life_span", "env", "volumes", "tags"];
/** The plan comes before each start; which job is run again is known. */
const HIDDEN = ["dry_run", "job"];

/** Starts a job, or one like another with changes: first a plan with its cost, then a yes. */
export function startView(app: App, likeId?: string): View {
  const tool = likeId === undefined ? "job_start" : "job_rerun";
  const fields = new Form(schemaOf(app, tool), { common: COMMON, hidden: HIDDEN });
  const outcome = h("p", { role: "status", class: "why" });
  const fail = (error: unknown) => fill(outcome, messageOf(error));
  const like = likeId === undefined ? {} : { job: likeId };
  const send = async () => {
    fill(outcome);
    try {
      await start(app, tool, { ...fields.args(), ...like });
    } catch (error) {
      fail(error);
    }
  };
  offerChoices(app, fields).catch(fail);
  if (likeId !== undefined)
    earlier(app, likeId).then(({ texts, notes }) => {
      fields.fill(texts);
      for (const [name, text] of Object.entries(notes)) fields.note(name, text);
    }, fail);
  const button = h("button", { class: "main" }, "Plan it");
  const form = sentForm(
    { class: "card", button, send: () => void send() },
    fields.element,
    h("div", { class: "bar" }, button),
  );
  const title = likeId === undefined ? "Start a job" : "Run it again";
  const note = likeId !== undefined && h("p", {}, "What you do not change stays as it was.");
  return { title, element: h("section", {}, h("h1", {}, title), note, form, outcome) };
}

/** A rerun takes what a start takes, and its schema leaves to that one what can be read there. */
function schemaOf({ tools }: App, tool: string): Schema {
  const { properties = {}, required = [] } = tools.get(tool) ?? {};
  if (tool === "job_start") return { properties, required };
  const known = tools.get("job_start")?.properties ?? {};
  const whole = Object.entries(properties).map(([name, argument]) => {
    const { default: _, ...more } = known[name] ?? {};
    return [name, { ...more, ...argument }] as const;
  });
  return { properties: Object.fromEntries(whole), required };
}

async function start(app: App, tool: string, args: Args): Promise<void> {
  const { plan = {} } = (await app.host.call(tool, { ...args, dry_run: true })).data as Started;
  const isRefused = (plan.problems ?? []).length > 0;
  const request = { request_id: requestId(), ...args, dry_run: false };
  const jobs = plan.count === undefined || plan.count === 1 ? "this job" : `these ${plan.count} jobs`;
  await ask({
    title: `Start ${jobs}?`,
    about: planOf(plan),
    yes: isRefused ? undefined : "Start it",
    async act() {
      const { text, data } = await app.host.call(tool, request);
      app.say(forPeople(text.split("\n", 1)[0] ?? ""));
      app.host.tell(`By the page the user started: ${JSON.stringify({ [tool]: args })}\n${text}`);
      const [job, ...others] = (data as Started).jobs ?? [];
      app.go(job === undefined || others.length > 0 ? { view: "jobs" } : { view: "job", id: job.id });
    },
  });
}

/** What there is to choose from; a form works without it. */
async function offerChoices(app: App, form: Form): Promise<void> {
  if (!app.tools.has("job_capacity")) return;
  const { data } = await app.host.call("job_capacity", {});
  const { presets = [], projects = [] } = data as { presets?: PresetRow[]; projects?: string[] };
  form.suggest(
    "preset",
    presets.map(({ name, credits_per_hour, available, gpu }) => {
      const room = available === undefined ? undefined : `room for ${available}`;
      return [name, [gpu, `${credits_per_hour} credits/h`, room].filter(Boolean).join(", ")] as const;
    }),
  );
  for (const name of ["project", "to_project"])
    form.suggest(
      name,
      projects.map((project) => [project, ""] as const),
    );
}

/** Makes a repeat of a start whose answer was lost the same start. */
function requestId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
