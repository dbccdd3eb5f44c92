import { isOwnTag, type JobDescription, type Platform } from "../../client/index.ts";
import { oneLine } from "../../foreign.ts";
import { nearestNames } from "../../jobs/names/near.ts";
import { makeRedactor } from "../../jobs/redact/index.ts";
import type { Places } from "../find/places.ts";

/** So many of the newest jobs say which tags, owners and names there are. */
const LOOKED_AT = 300;
const MOST_NAMED = 5;

/** What was asked for and may not be there. */
interface Asked extends Record<string, unknown> {
  name?: string | undefined;
  tags?: string[] | undefined;
  owner?: string | undefined;
  text?: string | undefined;
}

/** Why a list is empty: which of the words asked for nobody uses here, and what they may have meant. */
export async function whyNothing(
  platform: Platform,
  { asked, places, me }: { asked: Asked; places: Places; me: string },
  signal: AbortSignal,
): Promise<string> {
  const { name, tags = [], owner = "me", text } = asked;
  const filters = Object.values(asked).filter((value) => value !== undefined);
  if (name === undefined && text === undefined && tags.length === 0 && owner === "me")
    return "No job matches.";
  const known: Known = { names: new Set(), tags: new Set(), owners: new Set([me]), jobs: 0 };
  for await (const job of platform.jobs.list(
    { ...places.filter, reverse: true, limit: LOOKED_AT },
    { signal },
  ))
    if (places.covers(job)) take(known, job);
  const unknown = [
    ...tags.flatMap((tag) => missing("tag", tag, { known: known.tags, jobs: known.jobs })),
    ...(owner === "me" ? [] : missing("owner", owner, { known: known.owners, jobs: known.jobs })),
    ...(name === undefined ? [] : missing("name", name, { known: known.names, jobs: known.jobs })),
    ...(text === undefined ? [] : nearText(text, known)),
  ];
  if (unknown.length > 0) return `No job matches. ${unknown.join(" ")}`;
  return filters.length < 2 ? "No job matches." : "No job matches all of that together: leave out a filter.";
}

interface Known {
  names: Set<string>;
  tags: Set<string>;
  owners: Set<string>;
  /** So many were looked at. */
  jobs: number;
}

/** A tag that holds a secret is not spread by suggesting it. */
const redact = makeRedactor();

function take(known: Known, { name, tags, owner }: JobDescription): void {
  known.jobs += 1;
  if (name !== undefined) known.names.add(name);
  for (const tag of tags) if (redact(tag).hidden === 0) known.tags.add(oneLine(tag));
  known.owners.add(owner);
}

/** The tags of this server's own requests say nothing to anybody. */
function isTelling(word: string): boolean {
  return !isOwnTag(word);
}

function missing(
  kind: string,
  wanted: string,
  { known, jobs }: { known: ReadonlySet<string>; jobs: number },
): string[] {
  if (known.has(wanted)) return [];
  const others = [...known].filter(isTelling);
  const near = nearestNames(wanted, others, MOST_NAMED);
  const some = others.slice(0, MOST_NAMED);
  const hint =
    near.length > 0
      ? `; nearest: ${near.join(", ")}`
      : some.length > 0
        ? `; there are ${some.join(", ")}`
        : "";
  return [
    `${jobs < LOOKED_AT ? `None of its ${jobs} jobs` : `None of the newest ${LOOKED_AT} jobs`} has the ${kind} ${JSON.stringify(wanted.slice(0, 60))}${hint}.`,
  ];
}

function nearText(text: string, known: Known): string[] {
  const near = nearestNames(text, [...known.names, ...known.tags].filter(isTelling), MOST_NAMED);
  return near.length === 0
    ? []
    : [`Names and tags like ${JSON.stringify(text.slice(0, 60))}: ${near.join(", ")}.`];
}
