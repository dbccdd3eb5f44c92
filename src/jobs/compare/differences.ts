import type { JobDescription } from "../../client/index.ts";
import type { Redact } from "../redact/index.ts";
import { MARK } from "../redact/spans.ts";
import { type Parameter, parametersOf } from "./parameters.ts";

/** From this share of at least so many jobs on, what they were told is the usual. */
const USUAL_SHARE = 0.75;
const FEWEST = 4;

/** What jobs were told: all of them the same, most of them, and each of its own. */
export interface Differences {
  /** In the order of the first job. */
  same: Parameter[];
  /** What most have; what most do not have is usual too, and not listed. */
  usual: Parameter[];
  /** Keys of what differs, but is not shown. */
  hidden: string[];
  /** By job id, and whether it is the usual. What a job lacks and others have is there without a value. */
  own: Map<string, Difference[]>;
}

/** One thing in which a job is unlike another. */
export interface Difference extends Pick<Parameter, "key" | "text"> {
  /** Absent where the job has none. */
  value: string | undefined;
  isUsual: boolean;
}

/** Puts what jobs were told side by side: commands word by word, variables, preset, image. */
export function differencesOf(jobs: readonly JobDescription[], redact: Redact): Differences {
  const told = jobs.map((job) => ({
    job,
    by: new Map(parametersOf(job, redact).map((one) => [one.key, one])),
  }));
  const keys = [...new Set(told.flatMap(({ by }) => [...by.keys()]))];
  const columns = keys.map((key) => ({ key, ...mostOf(told.map(({ by }) => by.get(key))) }));
  const apart = columns.filter(({ share }) => share < 1);
  const isUsual = ({ share }: { share: number }) => jobs.length >= FEWEST && share >= USUAL_SHARE;
  const own = told.map(({ job, by }) => {
    const differences = apart.map(({ key, most, share }): Difference => {
      const { value, real, text = `no ${key}` } = by.get(key) ?? {};
      return { key, value, text, isUsual: isUsual({ share }) && real === most?.real };
    });
    return [job.id, differences] as const;
  });
  return {
    same: columns.filter(({ share }) => share === 1).flatMap(({ most }) => most ?? []),
    usual: apart.filter(isUsual).flatMap(({ most }) => most ?? []),
    hidden: keysOf(own.flatMap(([, differences]) => differences.filter(({ value }) => value === MARK))),
    own: new Map(own),
  };
}

/** What occurs most often, none included, and how often. */
function mostOf(told: readonly (Parameter | undefined)[]) {
  const counts = new Map<string | undefined, number>();
  for (const one of told) counts.set(one?.real, (counts.get(one?.real) ?? 0) + 1);
  const [[real, count] = [undefined, 0]] = [...counts].sort(([, a], [, b]) => b - a);
  return { most: told.find((one) => one?.real === real), share: count / told.length };
}

function keysOf(differences: readonly Difference[]): string[] {
  return [...new Set(differences.map(({ key }) => key))];
}
