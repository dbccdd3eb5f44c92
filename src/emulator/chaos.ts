import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Chaos, ChaosRule } from "./chaos-rule.ts";
import type { Clock } from "./clock.ts";
import { type RequestFault, requestFault } from "./http/faults.ts";
import type { JobRecord } from "./state/job.ts";

const milliseconds = z.number().min(0);

const hold = z.strictObject({
  kind: z.literal("hold"),
  reason: z.string().min(1),
  description: z.string().optional(),
});
const cannedLog = z.strictObject({
  kind: z.literal("canned_log"),
  lines: z.array(z.string()),
  linesPerSecond: z.number().positive().default(10),
  exitCode: z.int().min(0).max(255).default(0),
});
const loseNode = z.strictObject({ kind: z.literal("lose_node"), afterMs: milliseconds });

export type Hold = Omit<z.infer<typeof hold>, "kind">;
export type CannedLog = z.infer<typeof cannedLog>;

const counting = z.strictObject({
  skip: z.int().min(0).optional(),
  times: z.int().min(1).optional(),
});
type Counting = z.infer<typeof counting>;

const requestRule = z.strictObject({
  on: counting.extend({ method: z.string().optional(), path: z.string().optional() }),
  do: requestFault,
});

const jobRule = z.strictObject({
  job: z.strictObject({
    name: z.string().optional(),
    tag: z.string().optional(),
    image: z.string().optional(),
    preset: z.string().optional(),
    owner: z.string().optional(),
    ...counting.shape,
  }),
  do: z.discriminatedUnion("kind", [hold, cannedLog, loseNode]),
});

const clockRule = z.strictObject({
  afterMs: milliseconds,
  do: z.strictObject({ kind: z.literal("advance_clock"), ms: milliseconds }),
});

const chaosFile = z.strictObject({ rules: z.array(z.unknown()) });

export type AcceptedRule = z.input<typeof requestRule> | z.input<typeof jobRule> | z.input<typeof clockRule>;

type Rule = z.infer<typeof requestRule> | JobRule | z.infer<typeof clockRule>;
type JobRule = z.infer<typeof jobRule>;
type JobFault = JobRule["do"];

interface Armed {
  rule: Rule;
  seen: number;
  /** Whether the rule hit a job, so that asking again does not count. */
  jobs: Map<string, boolean>;
}

/** Holds the rules; the server and the lifecycle ask it which faults apply. */
export class ChaosRules implements Chaos {
  readonly #armed = new Set<Armed>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(rule: ChaosRule): () => void {
    const parsed = parseRule(rule);
    const armed: Armed = { rule: parsed, seen: 0, jobs: new Map() };
    this.#armed.add(armed);
    const timer =
      "afterMs" in parsed
        ? setTimeout(() => this.#clock.advance(parsed.do.ms), parsed.afterMs).unref()
        : undefined;
    return () => {
      clearTimeout(timer);
      this.#armed.delete(armed);
    };
  }

  clear(): void {
    this.#armed.clear();
  }

  forRequest(method: string, path: string): RequestFault[] {
    return [...this.#armed].flatMap((armed) => {
      const { rule } = armed;
      if (!("on" in rule)) return [];
      const wanted = (rule.on.method ?? method).toUpperCase() === method && globbed(rule.on.path, path);
      return wanted && strikes(armed, rule.on) ? [rule.do] : [];
    });
  }

  forJob<K extends JobFault["kind"]>(job: JobRecord, kind: K): Extract<JobFault, { kind: K }> | undefined {
    const isKind = (fault: JobFault): fault is Extract<JobFault, { kind: K }> => fault.kind === kind;
    for (const armed of this.#armed) {
      const { rule } = armed;
      if (!("job" in rule && isKind(rule.do) && concerns(rule, job))) continue;
      const taken = armed.jobs.get(job.id) ?? strikes(armed, rule.job);
      armed.jobs.set(job.id, taken);
      if (taken) return rule.do;
    }
    return undefined;
  }
}

/** Reads a chaos file. @throws {Error} that names the file and what is wrong with it. */
export function readChaosFile(path: string): ChaosRule[] {
  let place = "";
  try {
    const { rules } = chaosFile.parse(JSON.parse(readFileSync(path, "utf8")));
    return rules.map((rule, index) => {
      place = `rules[${index}]: `;
      return parseRule(rule);
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const shown = cause instanceof z.ZodError && place !== "" ? z.prettifyError(cause) : why;
    throw new Error(`Cannot use the chaos file ${path}: ${place}${shown}`, { cause });
  }
}

/** The key names the kind of a rule, so that only that kind's mistakes are reported. */
function parseRule(rule: unknown): Rule {
  const has = (key: string) => typeof rule === "object" && rule !== null && key in rule;
  if (has("job")) return jobRule.parse(rule);
  return has("afterMs") ? clockRule.parse(rule) : requestRule.parse(rule);
}

function concerns({ job: wanted }: JobRule, job: JobRecord): boolean {
  return (
    globbed(wanted.name, job.name ?? "") &&
    globbed(wanted.image, job.container.image) &&
    globbed(wanted.preset, job.presetName ?? "") &&
    globbed(wanted.owner, job.owner) &&
    (wanted.tag === undefined || job.tags.some((tag) => globbed(wanted.tag, tag)))
  );
}

function strikes(armed: Armed, { skip = 0, times = Number.POSITIVE_INFINITY }: Counting): boolean {
  armed.seen += 1;
  return armed.seen > skip && armed.seen <= skip + times;
}

function globbed(glob: string | undefined, text: string): boolean {
  if (glob === undefined) return true;
  const source = glob.split(/(\*\*|\*)/).map((part) => {
    if (part === "**") return ".*";
    return part === "*" ? "[^/]*" : part.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${source.join("")}$`, "s").test(text);
}
