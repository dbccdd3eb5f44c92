import { z } from "zod";
import manifest from "../../package.json" with { type: "json" };
import { type PlatformContext, unreadableText } from "../client/index.ts";
import { formatCredits } from "../jobs/cost.ts";
import { present } from "../jobs/words.ts";
import type { Policy } from "../operations/caller.ts";
import { readContext, selectPlace } from "../operations/context.ts";
import { usedOfLimits } from "../operations/spending/limits.ts";
import { ifAny, maybeNumber, maybeTexts, openObject, text, texts } from "./answers.ts";
import { project } from "./args.ts";
import { defineTool } from "./define-tool.ts";

export const context = defineTool({
  name: "apolo_context",
  title: "Who and where",
  description: "Who is logged in and where, mode and limits.",
  toolset: "more",
  input: z.strictObject({ use: project.describe("Default from now on") }),
  output: openObject(
    {},
    {
      selected: text,
      user: text,
      mode: text,
      url: text,
      login: text,
      limits: z.looseObject({
        max_credits_per_job: maybeNumber,
        max_credits_per_hour: maybeNumber,
        max_jobs: maybeNumber,
        owned_only: z.boolean(),
      }),
      clusters: z.array(z.looseObject({ name: text, orgs: texts, projects: texts, presets: texts })),
      used: z.looseObject({ jobs: z.int(), credits_per_hour: text }),
      unreadable: maybeTexts,
      versions: z.looseObject({ server: text, node: text }),
    },
  ),
  effects: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run({ use }, asked) {
    const call = use === undefined ? asked : await selectPlace(use, asked);
    const [known, used] = await Promise.all([readContext(call), usedOfLimits(call)]);
    const { user, url, source, policy } = known;
    const selected = selectedText(known);
    const clusters = known.clusters.map((cluster) => clusterOf(known, cluster));
    const limits = limitsOf(policy);
    const text = present([
      use !== undefined &&
        `Calls of this session that name no project work in ${selected} from now on; nothing was saved.`,
      `User ${user} at ${url} (login: ${SOURCES[source]}). Selected: ${selected}.`,
      `Mode ${policy.mode}: ${MODES[policy.mode]}. Limits: ${limitsText(limits)}.`,
      `Active jobs that this server started: ${used.jobs}, ${formatCredits(used.creditsPerHour)} credits/h together.`,
      ...clusters.map(clusterText),
      unreadableText(known).trim(),
      'Another place: argument project = "project", "org/project" or "cluster/org/project". job_capacity has hardware, prices and room.',
      `${manifest.name} ${manifest.version}, Node ${process.version}.`,
    ]).join("\n");
    const data = {
      user,
      url,
      login: source,
      selected,
      mode: policy.mode,
      limits,
      clusters,
      used: { jobs: used.jobs, credits_per_hour: formatCredits(used.creditsPerHour) },
      unreadable: ifAny(known.unreadable),
      versions: { server: manifest.version, node: process.version },
    };
    return { text, data };
  },
});

const SOURCES: Record<PlatformContext["source"], string> = {
  emulator: "emulator on this machine, everything is free",
  "passed-config": "APOLO_PASSED_CONFIG",
  login: "the CLI's login",
  token: "APOLO_TOKEN",
};

const MODES: Record<Policy["mode"], string> = {
  full: "jobs can be started, changed and killed",
  "no-destroy": "jobs can be started, but not ended",
  "read-only": "nothing can be changed",
};

/** Where a job goes that names no place. */
export function selectedText({ selection: { cluster, org, project } }: PlatformContext): string {
  return [cluster, org, project ?? "(no project)"].join("/");
}

export function projectsIn(cluster: string, projects: PlatformContext["projects"]): string[] {
  const here = projects.filter(({ cluster_name }) => cluster_name === cluster);
  return here.map(({ org_name, name }) => `${org_name}/${name}`);
}

function clusterOf(
  { projects }: PlatformContext,
  { name, orgs, presets }: PlatformContext["clusters"][number],
) {
  return {
    name,
    orgs,
    projects: projectsIn(name, projects),
    presets: presets.map((preset) => preset.name),
  };
}

function clusterText({ name, orgs, projects, presets }: ReturnType<typeof clusterOf>): string {
  const or = (names: string[]) => names.join(", ") || "none";
  return `Cluster ${name}: orgs ${or(orgs)}; projects ${or(projects)}; presets ${or(presets)} (the first is the default).`;
}

function limitsOf({ maxCreditsPerJob, maxCreditsPerHour, maxJobs, ownedOnly }: Policy) {
  return {
    max_credits_per_job: maxCreditsPerJob,
    max_credits_per_hour: maxCreditsPerHour,
    max_jobs: maxJobs,
    owned_only: ownedOnly,
  };
}

function limitsText({ owned_only, ...limits }: ReturnType<typeof limitsOf>): string {
  const texts = Object.entries(limits).map(
    ([name, limit]) => limit !== undefined && `${name.replaceAll("_", " ")} ${limit}`,
  );
  const owned = owned_only && "changes only jobs that this server started";
  return present([...texts, owned]).join(", ") || "none";
}
