import { isOwnTag, type JobDescription } from "../../client/index.ts";
import { oneLine } from "../../foreign.ts";
import type { UnknownWord } from "../../jobs/names/near.ts";
import { nearestNames } from "../../jobs/names/near.ts";
import { makeRedactor } from "../../jobs/redact/index.ts";
import type { Asking } from "../caller.ts";
import type { Places } from "../find/places.ts";
import type { ListQuery } from "./page.ts";

/** The newest jobs say which tags, owners and names there are. */
const LOOKED_AT = 300;
const MOST_NAMED = 5;

/** Why a list is empty. */
export interface Nothing {
  /** `together`: each filter alone may find some · `newest`: older jobs were not looked at. */
  reason: "none" | "together" | "newest";
  /** Words asked for that nobody uses here. */
  unknown: UnknownWord[];
  /** The text asked for is found in what jobs run on, which another filter looks at. */
  hardware?: { preset: string } | { gpu: true } | undefined;
}

export async function whyNothing(
  asking: Asking,
  asked: { query: ListQuery; places: Places; me: string },
): Promise<Nothing> {
  const { preset = "", gpu } = asked.query;
  if (gpu === undefined && GPUS.test(preset)) return { reason: "none", unknown: [], hardware: { gpu: true } };
  return whyNoWord(asking, asked);
}

async function whyNoWord(
  { caller: { platform }, signal }: Asking,
  { query, places, me }: { query: ListQuery; places: Places; me: string },
): Promise<Nothing> {
  const { statuses, name, tags = [], owner = "me", since, until, endedSince, text, preset, gpu } = query;
  if (name === undefined && text === undefined && tags.length === 0 && owner === "me")
    return { reason: "none", unknown: [] };
  const known: Known = {
    name: new Set(),
    tag: new Set(),
    preset: new Set(),
    owner: new Set([me]),
    examined: 0,
  };
  const newest = platform.jobs.list({ ...places.filter, reverse: true, limit: LOOKED_AT }, { signal });
  for await (const job of newest) if (places.covers(job)) take(known, job);
  const unknown = [
    ...tags.flatMap((tag) => missing("tag", tag, known)),
    ...(owner === "me" ? [] : missing("owner", owner, known)),
    ...(name === undefined ? [] : missing("name", name, known)),
    ...(text === undefined ? [] : nearText(text, known)),
  ];
  const filters = [statuses, name, query.tags, query.owner, since, until, endedSince, text, preset, gpu];
  const isOne = filters.filter((filter) => filter !== undefined).length < 2;
  const reason = unknown.length > 0 || isOne ? "none" : "together";
  return { reason, unknown, hardware: text === undefined ? undefined : hardwareOf(text, known) };
}

/** A word for any GPU, which need not be part of a preset's name. */
const GPUS = /\bgpus?\b/i;

type Known = Record<"name" | "tag" | "owner" | "preset", Set<string>> & { examined: number };

/** A tag that holds a secret is not spread by suggesting it. */
const redact = makeRedactor();

function take(known: Known, { name, tags, owner, preset_name: preset }: JobDescription): void {
  known.examined += 1;
  if (name !== undefined) known.name.add(name);
  for (const tag of tags) if (redact(tag).hidden === 0) known.tag.add(oneLine(tag));
  known.owner.add(owner);
  if (preset !== undefined) known.preset.add(preset);
}

/** The tags of this server's own requests say nothing to anybody. */
function isTelling(word: string): boolean {
  return !isOwnTag(word);
}

function missing(kind: "tag" | "owner" | "name", wanted: string, known: Known): UnknownWord[] {
  if (known[kind].has(wanted)) return [];
  const all = [...known[kind]].filter(isTelling);
  const near = nearestNames(wanted, all, MOST_NAMED);
  const { examined } = known;
  return [{ kind, wanted, examined, isAll: examined < LOOKED_AT, near, others: all.slice(0, MOST_NAMED) }];
}

function hardwareOf(text: string, { preset }: Known): Nothing["hardware"] {
  const wanted = text.toLowerCase();
  if ([...preset].some((name) => name.toLowerCase().includes(wanted))) return { preset: text };
  return GPUS.test(wanted) ? { gpu: true } : undefined;
}

function nearText(wanted: string, known: Known): UnknownWord[] {
  const near = nearestNames(wanted, [...known.name, ...known.tag].filter(isTelling), MOST_NAMED);
  return near.length === 0 ? [] : [{ kind: "text", wanted, near }];
}
