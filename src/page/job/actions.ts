import type { App } from "../app.ts";
import { isOver, type JobFacts } from "../data.ts";
import { ask } from "../dialog.ts";
import { fill, h } from "../dom.ts";
import { type Args, Form } from "../form/form.ts";
import { sentForm } from "../form/sent.ts";
import { forPeople, messageOf, shortId } from "../words.ts";

interface Deed {
  tool: string;
  label: string;
  /** What the person is asked, and what they should know. */
  title: string;
  about: string;
  yes: string;
  isDanger?: boolean;
  /** What is settled, and what is offered but may be changed. */
  given: Args;
  usual?: Record<string, string>;
  /** What is asked for first. */
  common?: readonly string[];
  suggestions?: Record<string, readonly string[]>;
  /** What the person did, for the model. */
  deed: string;
}

/** What can be done with a job: only what the server offers, by the same tools as an agent, each after a yes. */
export function actions(app: App, latest: () => JobFacts, changed: () => void): HTMLElement[] {
  const job = latest();
  const isOurs = !isOver(job) && job.not_started_here !== true;
  const offered = isOurs ? deedsFor(job).filter(({ tool }) => app.tools.has(tool)) : [];
  const button = ({ tool, label, isDanger }: Deed) => {
    // As things stand by then.
    const deed = () => deedsFor(latest()).find((one) => one.tool === tool);
    const onclick = () => void offer(app, deed()).then(changed);
    return h("button", { class: isDanger === true ? "danger" : undefined, onclick }, label);
  };
  const again = () => app.go({ view: "start", id: job.id });
  return [
    ...offered.map(button),
    ...(app.tools.has("job_rerun") ? [h("button", { onclick: again }, "Run again")] : []),
  ];
}

function deedsFor(job: JobFacts): Deed[] {
  const name = nameOf(job);
  const who = `${name} (${job.id})`;
  const extend: Deed = {
    ...{ tool: "job_extend", label: "Extend", yes: "Extend it", title: `Give ${name} more time?` },
    about: `It costs ${job.credits_per_hour} credits per hour.`,
    ...{
      given: { jobs: [job.id] },
      usual: { by: "6h" },
      suggestions: { by: ["1h", "6h", "12h", "1d", "3d"] },
    },
    deed: `gave ${who} more time`,
  };
  const signal: Deed = {
    ...{ tool: "job_signal", label: "Signal", yes: "Send it", title: `Send ${name} a signal?` },
    about: "After TERM it can save its work and end.",
    ...{ given: { job: job.id }, usual: { signal: "TERM" }, common: ["signal"] },
    deed: `sent a signal to ${who}`,
  };
  const kill: Deed = {
    ...{ tool: "job_kill", label: "Kill", yes: "Kill it", title: `Kill ${name}?`, isDanger: true },
    about: `It ends now and for good, and what it has not saved is lost.\n${job.cost_credits} credits so far.`,
    given: { jobs: [job.id], ...othersToo(job) },
    deed: `killed ${who}`,
  };
  return [
    ...(job.life_span_left_seconds === undefined ? [] : [extend]),
    ...(job.status === "running" ? [signal] : []),
    kill,
  ];
}

/** Whoever looks at somebody else's job knows whose it is. */
function othersToo({ owner }: JobFacts): { include_others?: true } {
  return owner === undefined ? {} : { include_others: true };
}

/** Of a selection of jobs, and of a place that an id names already, there is nothing to say. */
const NOT_ASKED = ["job", "jobs", "project", "tags", "name_pattern", "status", "include_others", "token"];

async function offer(app: App, wanted: Deed | undefined): Promise<void> {
  if (wanted === undefined) return;
  const { tool, given, usual = {}, common = ["by"], suggestions = {}, ...deed } = wanted;
  const form = new Form(app.tools.get(tool) ?? {}, { common, hidden: NOT_ASKED, usual });
  for (const [name, values] of Object.entries(suggestions))
    form.suggest(
      name,
      values.map((value) => [value, ""] as const),
    );
  await ask({
    ...deed,
    fields: form.isEmpty ? undefined : form.element,
    async act() {
      const chosen = form.args();
      const { text } = await app.host.call(tool, { ...given, ...chosen });
      const how = Object.keys(chosen).length === 0 ? "" : ` with ${JSON.stringify(chosen)}`;
      app.say(forPeople(text.split("\n", 1)[0] ?? ""));
      app.host.tell(`By the page the user ${deed.deed}${how}.\n${text}`);
    },
  });
}

function nameOf({ name, id }: JobFacts): string {
  return name ?? shortId(id);
}

interface Executed {
  exit_code?: number;
  stdout?: string;
  stderr?: string;
  timed_out?: boolean;
}

/** Runs one command in a job and shows what came of it. */
export function execForm(app: App, job: JobFacts): HTMLElement | undefined {
  const schema = app.tools.get("job_exec");
  if (job.status !== "running" || job.not_started_here === true || schema === undefined) return undefined;
  const form = new Form(schema, { common: ["command"], hidden: ["job", "project"] });
  const output = h("pre", { role: "status", class: "output" });
  const run = async () => {
    const args = argsOrSay(form, output);
    if (args === undefined) return;
    await ask({
      title: `Run this in ${nameOf(job)}?`,
      about: h("pre", {}, [args.command ?? args.argv].flat().join(" ")),
      yes: "Run it",
      async act() {
        const { text, data } = await app.host.call("job_exec", { job: job.id, ...args });
        fill(output, outputOf(data as Executed));
        app.host.tell(
          `By the page the user ran in ${nameOf(job)} (${job.id}): ${JSON.stringify(args)}\n${text}`,
        );
      },
    });
  };
  const button = h("button", {}, "Run");
  return h(
    "section",
    { class: "card" },
    h("h2", {}, "Run a command"),
    sentForm({ button, send: () => void run() }, form.element, button),
    output,
  );
}

/** Undefined where there is nothing to run. */
function argsOrSay(form: Form, output: HTMLElement): Args | undefined {
  try {
    const args = form.args();
    return args.command === undefined && args.argv === undefined ? undefined : args;
  } catch (error) {
    fill(output, messageOf(error));
    return undefined;
  }
}

function outputOf({
  exit_code: code,
  stdout = "",
  stderr = "",
  timed_out,
}: Executed): (string | HTMLElement)[] {
  const end = timed_out === true ? "It did not end in time." : `Exit code ${code ?? "unknown"}`;
  return [stdout, stderr === "" ? "" : h("span", { class: "bad" }, stderr), h("small", {}, end)];
}
