import { isOwnTag, type JobDescription } from "../../client/index.ts";
import { oneLine } from "../../foreign.ts";
import type { UnknownWord } from "../../jobs/names/near.ts";
import { nearestNames } from "../../jobs/names/near.ts";
import { secretsIn } from "../../jobs/redact/job.ts";
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
    secret: new Set(),
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

interface Known extends Record<"name" | "tag" | "owner" | "preset", Set<string>> {
  /** Names and tags that are not spread by suggesting them. */
  secret: Set<string>;
  examined: number;
}

function take(known: Known, job: JobDescription): void {
  const { name, owner, preset_name: preset } = job;
  const tags = job.tags.map(oneLine);
  known.examined += 1;
  if (name !== undefined) known.name.add(name);
  for (const tag of tags) known.tag.add(tag);
  for (const word of [name ?? "", ...tags].filter(secretsIn(job))) known.secret.add(word);
  known.owner.add(owner);
  if (preset !== undefined) known.preset.add(preset);
}

/** Those that may be suggested: the tags of this server's own requests say nothing to anybody. */
function telling(words: Iterable<string>, { secret }: Known): string[] {
  return [...words].filter((word) => !isOwnTag(word) && !secret.has(word));
}

function missing(kind: "tag" | "owner" | "name", wanted: string, known: Known): UnknownWord[] {
  if (known[kind].has(wanted)) return [];
  const all = telling(known[kind], known);
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
  const near = nearestNames(wanted, telling([...known.name, ...known.tag], known), MOST_NAMED);
  return near.length === 0 ? [] : [{ kind: "text", wanted, near }];
}
