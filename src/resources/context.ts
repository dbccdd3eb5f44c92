import { readContext } from "../operations/context.ts";
import { boundedJson } from "./bounded-json.ts";
import type { Resource } from "./define-resource.ts";

export const context: Resource = {
  name: "context",
  title: "Who and where",
  description:
    "Who is logged in, which cluster, org and project are selected, which can be chosen, and what this server allows.",
  uriTemplate: "apolo://context",
  mimeType: "application/json",
  async read(_variables, call) {
    const { user, url, source, selection, clusters, projects, policy } = await readContext(call);
    const { mode, toolset, maxCreditsPerJob, maxCreditsPerHour, maxJobs, ownedOnly } = policy;
    return boundedJson({
      user,
      url,
      login: source,
      selection,
      clusters: clusters.map(({ name, orgs, presets }) => ({
        name,
        orgs,
        presets: presets.map((preset) => preset.name),
      })),
      projects: projects.map(({ cluster_name, org_name, name, role }) => ({
        cluster: cluster_name,
        org: org_name,
        project: name,
        role,
      })),
      allowed: {
        mode,
        toolset,
        owned_only: ownedOnly,
        max_credits_per_job: maxCreditsPerJob,
        max_credits_per_hour: maxCreditsPerHour,
        max_jobs: maxJobs,
      },
    });
  },
};
