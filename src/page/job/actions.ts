import type { App } from "../app.ts";
import { isOver, type JobFacts } from "../data.ts";
import { confirmed } from "../dialog.ts";
import { fill, h } from "../dom.ts";
import { shortId } from "../words.ts";

/** What can be done with a job: only what the server offers, by the same tools as an agent, each after a yes. */
export function actions(app: App, job: JobFacts, changed: () => void): HTMLElement[] {
  const has = (tool: string) => app.tools.has(tool);
  const act = (label: string, run: () => Promise<void>, kind?: string) => {
    let isBusy = false;
    const once = async () => {
      // A disabled button would lose the focus, which comes back to it from the question.
      if (isBusy) return;
      isBusy = true;
      await run()
        .then(changed)
        .catch((error: unknown) => app.say(error instanceof Error ? error.message : String(error)));
      isBusy = false;
    };
    return h("button", { class: kind, onclick: () => void once() }, label);
  };
  const isActive = !isOver(job);
  const hasEnd = job.life_span_left_seconds !== undefined;
  return [
    ...(isActive && hasEnd && has("job_extend") ? [act("Extend", () => extend(app, job))] : []),
    ...(has("job_rerun") ? [act("Run again", async () => app.go({ view: "start", id: job.id }))] : []),
    ...(isActive && has("job_kill") ? [act("Kill", () => kill(app, job), "danger")] : []),
  ];
}

async function kill(app: App, job: JobFacts): Promise<void> {
  const name = nameOf(job);
  const text = `It ends now and for good, and what it has not saved is lost.\n${job.cost_credits} credits so far.`;
  if (!(await confirmed({ title: `Kill ${name}?`, text, yes: "Kill it", danger: true }))) return;
  const answer = await app.host.call("job_kill", { jobs: [job.id], ...othersToo(job) });
  const { token } = answer.data as { token?: string };
  const done = token === undefined ? answer : await killListed(app, { token, text: answer.text });
  if (done !== undefined) tellBoth(app, `killed ${name} (${job.id})`, done.text);
}

/** The server wants to hear it once more. */
async function killListed(app: App, { token, text }: { token: string; text: string }) {
  const isSure = await confirmed({ title: "Kill these?", text, yes: "Kill them", danger: true });
  return isSure ? app.host.call("job_kill", { token }) : undefined;
}

/** Whoever looks at somebody else's job knows whose it is. */
function othersToo({ owner }: JobFacts): { include_others?: true } {
  return owner === undefined ? {} : { include_others: true };
}

const MORE = "6h";

async function extend(app: App, job: JobFacts): Promise<void> {
  const by = `${MORE} more`;
  const text = `At ${job.credits_per_hour} credits per hour.`;
  if (!(await confirmed({ title: `Give ${nameOf(job)} ${by}?`, text, yes: "Extend it" }))) return;
  const { text: told } = await app.host.call("job_extend", { jobs: [job.id], by: MORE });
  tellBoth(app, `gave ${nameOf(job)} (${job.id}) ${by}`, told);
}

function tellBoth(app: App, deed: string, words: string): void {
  app.say(words.split("\n", 1)[0] ?? "");
  app.host.tell(`By the page the user ${deed}.\n${words}`);
}

function nameOf({ name, id }: JobFacts): string {
  return name ?? shortId(id);
}

/** Runs one command in a job and shows what came of it. */
export function execForm(app: App, job: JobFacts): HTMLElement | undefined {
  if (job.status !== "running" || !app.tools.has("job_exec")) return undefined;
  const input = h("input", { "aria-label": "Command to run in the job", placeholder: "e.g. nvidia-smi" });
  const output = h("pre", { role: "status" });
  const run = async (event: Event) => {
    event.preventDefault();
    const command = input.value.trim();
    const title = `Run this in ${nameOf(job)}?`;
    if (command === "" || !(await confirmed({ title, text: command, yes: "Run it" }))) return;
    fill(output, "Running…");
    try {
      const { text } = await app.host.call("job_exec", { job: job.id, command });
      fill(output, text);
      app.host.tell(`By the page the user ran in ${nameOf(job)}: ${command}\n${text}`);
    } catch (error) {
      fill(output, error instanceof Error ? error.message : String(error));
    }
  };
  return h(
    "section",
    { class: "card" },
    h("h2", {}, "Run a command"),
    h("form", { class: "bar", onsubmit: (event) => void run(event) }, input, h("button", {}, "Run")),
    output,
  );
}
