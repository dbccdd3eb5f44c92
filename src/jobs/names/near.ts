import { distance } from "fastest-levenshtein";
import { present } from "../words.ts";

/** Names that differ by more than this share of their length are no help. */
const FURTHEST_SHARE = 0.5;

/**
 * The names most like `wanted`, nearest first, at most `count`: those that contain it or are contained, then by
 * edit distance up to half the length. fastest-levenshtein: typed, no dependencies, 2 kB bundled.
 */
export function nearestNames(wanted: string, names: Iterable<string>, count = 3): string[] {
  const target = wanted.toLowerCase().slice(0, 200);
  return [...new Set(names)]
    .map((name) => ({ name, ...howFar(target, name.toLowerCase().slice(0, 200)) }))
    .filter(({ name, far }) => far <= Math.max(1, Math.max(target.length, name.length) * FURTHEST_SHARE))
    .sort((a, b) => a.far - b.far || a.apart - b.apart || a.name.localeCompare(b.name))
    .slice(0, count)
    .map(({ name }) => name);
}

/** The names that `wanted` is a slip of the finger for, nearest first: a letter or two, never another word. */
export function mistypedNames(wanted: string, names: Iterable<string>): string[] {
  const target = wanted.toLowerCase().slice(0, 200);
  return nearestNames(target, names, Number.POSITIVE_INFINITY).filter((name) => {
    const apart = distance(target, name);
    const isSwapped = sorted(target) === sorted(name);
    if (target.replace(/(.)\1/, "$1") === name) return true;
    return target.length > 3 && apart <= (isSwapped || target.length > 6 ? 2 : 1);
  });
}

function sorted(text: string): string {
  return [...text].sort().join("");
}

function howFar(target: string, name: string): { far: number; apart: number } {
  const apart = distance(target, name);
  const contained =
    target.length >= 3 && name.length >= 3 && (name.includes(target) || target.includes(name));
  return { far: contained ? Math.min(apart, 1) : apart, apart };
}

/** Whether `name` fits `pattern`, in which `*` stands for any text. Takes time in proportion to the name. */
export function matchesWildcard(name: string, pattern: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return name.length - at >= last.length && name.endsWith(last);
}

/** A word that no job looked at has. */
export type UnknownWord =
  | {
      kind: "tag" | "owner" | "name";
      wanted: string;
      /** How many jobs were looked at, and whether there are no more. */
      examined: number;
      isAll: boolean;
      near: string[];
      /** Some that there are. */
      others: string[];
    }
  | { kind: "text"; wanted: string; near: string[] };

export function unknownWordText(word: UnknownWord): string {
  const wanted = JSON.stringify(word.wanted.slice(0, 60));
  if (word.kind === "text") return `Names and tags like ${wanted}: ${word.near.join(", ")}.`;
  const { kind, examined, isAll, near, others } = word;
  const hint =
    near.length > 0
      ? `; nearest: ${near.join(", ")}`
      : others.length > 0
        ? `; there are ${others.join(", ")}`
        : "";
  const among = isAll ? `its ${examined} jobs` : `the newest ${examined} jobs`;
  return `None of ${among} has the ${kind} ${wanted}${hint}.`;
}

/** A project that the caller's configuration does not name. */
export interface UnknownProject {
  /** `org/project` */
  wanted: string;
  near: string[];
  /** Some others of the caller's. */
  own: string[];
}

export function unknownProjectText({ wanted, near, own }: UnknownProject): string {
  const names = [
    near.length > 0 && `nearest: ${near.join(", ")}`,
    own.length > 0 && `${near.length > 0 ? "also yours" : "yours"}: ${own.join(", ")}`,
  ];
  const all = /(?:^|\/)(?:all|any|every|everything)$/.test(wanted) ? " * stands for all." : "";
  return `You have no project ${wanted} in this cluster (${present(names).join("; ")}).${all}`;
}
