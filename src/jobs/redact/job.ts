import { isOwnTag, type JobDescription } from "../../client/index.ts";
import { makeRedactor, type Redact } from "./index.ts";
import { secrecyOf } from "./secret-names.ts";
import { isMixedWord, isPlainValue, looksLikeToken } from "./secret-values.ts";
import { MARK } from "./spans.ts";

/** From this length on, joined words are a secret by themselves. */
const SHORTEST_PHRASE = 16;
/** From this length on, letters alone are looked for: shorter words stand in any log. */
const SHORTEST_WORD = 12;

/** By these a job is found, chosen and paid for: they stay as they are. */
const KEPT = [
  "id",
  "name",
  "owner",
  "cluster_name",
  "org_name",
  "project_name",
  "namespace",
  "org_project_hash",
  "uri",
  "restart_policy",
  "priority",
  "total_price_credits",
  "price_credits_per_hour",
] as const satisfies (keyof JobDescription)[];
/** Of a job and of each step in its life. */
const STATES_AND_TIMES = new Set(["status", "transition_time", "created_at", "started_at", "finished_at"]);

/** What is looked at to know a job's own secrets. */
interface HasEnv {
  container: { env: Record<string, string> };
}

const redactForms = makeRedactor();

type Hide = (text: string) => string;

/** By the variables of the job: a list asks for several texts of each. */
const ownHiders = new WeakMap<HasEnv["container"]["env"], Hide>();

/** Hides the values of a job's own secrets in its texts. Most jobs have none, and need no redactor of their own. */
export function ownHiderOf(job: HasEnv): Hide {
  const { env } = job.container;
  const hide = ownHiders.get(env) ?? makeOwnHider(job);
  ownHiders.set(env, hide);
  return hide;
}

function makeOwnHider(job: HasEnv): Hide {
  const own = jobSecrets(job);
  if (own.length === 0) return (text) => text;
  const redact = makeRedactor(own);
  return (text) => redact(text).text;
}

/** Hides them, and what `redact` finds. */
export function hiderOf(job: HasEnv, redact: Redact = redactForms): Hide {
  const hideOwn = ownHiderOf(job);
  return (text) => redact(hideOwn(text)).text;
}

/** Tells which of a job's words hold a secret: these are not suggested to anybody. */
export function secretsIn(job: HasEnv): (word: string) => boolean {
  const hide = hiderOf(job);
  return (word) => hide(word) !== word;
}

/**
 * A job without its secrets, still of the documented shape: no environment value is shown (their names are),
 * and every text that a person, a program or the platform wrote is without what `redact` and the job itself hide.
 */
export function redactJob(job: JobDescription, redact?: Redact): JobDescription {
  const hide = hiderOf(job, redact);
  const { tags, container, ...others } = job;
  const { env, secret_env, ...runs } = container;
  const kept = KEPT.flatMap((key) => (job[key] === undefined ? [] : [[key, job[key]]]));
  return {
    ...mapTexts(others, hide),
    ...Object.fromEntries(kept),
    tags: tags.map((tag) => (isOwnTag(tag) ? tag : hide(tag))),
    container: {
      ...mapTexts(runs, hide),
      env: Object.fromEntries(Object.keys(env).map((name) => [hide(name), MARK])),
      secret_env: Object.fromEntries(
        Object.entries(secret_env).map(([name, uri]) => [hide(name), hide(uri)]),
      ),
    },
  };
}

/** The same with each text in it changed, but for states and times. */
function mapTexts<T>(value: T, change: Hide): T;
function mapTexts(value: unknown, change: Hide): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      STATES_AND_TIMES.has(key) ? part : mapTexts(part, change),
    ]),
  );
}

/**
 * The values of a job's plain variables whose names say that they are secrets: what the job prints may hold
 * them in any form, so they are looked for by value. Secret references have no values here.
 */
export function jobSecrets({ container: { env } }: HasEnv): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    isSecret(name, value) ? [value, ...withinLogin(name, value)] : [],
  );
}

/** A passed login is base64 of JSON; what is printed may be the JSON, or the token within. Source: protocol reference 1.5 */
function withinLogin(name: string, value: string): string[] {
  if (!/_PASSED_CONFIG$/.test(name)) return [];
  const json = Buffer.from(value, "base64").toString("utf8");
  const tokens = Array.from(json.matchAll(/"[\w-]*token"\s*:\s*"([^"]+)"/g), ([, token = ""]) => token);
  return [json, ...tokens];
}

/**
 * Whether a value alone is known for a secret, whatever is called by it: `postgres`, `resnet50` or a path is also
 * the name of something else, and hiding it would break that name.
 */
export function isUnmistakable(value: string): boolean {
  return looksLikeToken(value) || (value.length >= SHORTEST_PHRASE && !isPlainValue(value));
}

function isSecret(name: string, value: string): boolean {
  const secrecy = secrecyOf(name);
  if (secrecy === "no" || isPlainValue(value)) return false;
  if (isMixedWord(value) || looksLikeToken(value)) return true;
  return secrecy === "sure" && value.length >= SHORTEST_WORD;
}
