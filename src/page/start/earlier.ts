import type { App } from "../app.ts";
import type { JobFacts } from "../data.ts";
import { span } from "../words.ts";

/** What hides a secret in a text: it cannot be sent back. */
const HIDDEN = "[redacted]";
/** What ends a text that is not whole. */
const CUT = /…|\.\.\.$/;

/** What is known only from the platform's own record of a job. */
interface Stored {
  container?: { command?: string };
  life_span?: number;
  schedule_timeout?: number;
  priority?: string;
  restart_policy?: string;
}

interface Earlier {
  /** The arguments as they were. */
  texts: Record<string, string | undefined>;
  /** What stays whatever is added. */
  notes: Record<string, string>;
}

/** How a job was started that is to be run again. */
export async function earlier(app: App, id: string): Promise<Earlier> {
  const { data } = await app.host.call("job_status", { jobs: [id] });
  const [job] = (data as { jobs?: JobFacts[] }).jobs ?? [];
  if (job === undefined) return { texts: {}, notes: {} };
  const stored = await storedOf(app, job);
  const command = stored?.container?.command ?? job.command;
  const shown = isWhole(command) ? { command } : {};
  const lists = { env: job.env_names, secret_env: job.secret_env, volumes: job.mounts, tags: job.tags };
  const kept = Object.entries(lists).filter(([, items]) => items !== undefined && items.length > 0);
  return {
    texts: {
      ...{ image: job.image, preset: job.preset, ...shown },
      ...(stored === undefined ? {} : limitsOf(stored)),
      priority: job.priority ?? stored?.priority,
      restart_policy: job.restart_policy ?? stored?.restart_policy,
    },
    notes: {
      ...Object.fromEntries(kept.map(([name, items = []]) => [name, `Kept: ${items.join(", ")}. To add:`])),
      ...(command === undefined || "command" in shown
        ? {}
        : { command: `Kept unless you write another: ${command}` }),
    },
  };
}

/** A host need not pass on resources, and a long one is cut. */
async function storedOf(app: App, { uri }: JobFacts): Promise<Stored | undefined> {
  try {
    return JSON.parse(await app.host.read(uri)) as Stored;
  } catch {
    return undefined;
  }
}

function limitsOf({ life_span, schedule_timeout }: Stored) {
  return {
    life_span: life_span === undefined ? "none" : span(life_span),
    ...(schedule_timeout === undefined ? {} : { schedule_timeout: span(schedule_timeout) }),
  };
}

function isWhole(text: string | undefined): boolean {
  return text === undefined || !(text.includes(HIDDEN) || CUT.test(text));
}
