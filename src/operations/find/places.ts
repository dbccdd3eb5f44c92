import type { JobDescription, ListFilter, PlatformContext } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import type { UnknownProject } from "../../jobs/names/near.ts";
import { whereOf } from "./index.ts";
import { unknownAt } from "./not-found.ts";

/** Which projects a list covers. */
export interface Places {
  filter: Pick<ListFilter, "cluster" | "orgs" | "projects">;
  /** Whether a job of the list is in one of the places: the platform's filter mixes orgs and projects freely. */
  covers: (job: JobDescription) => boolean;
  /** For a headline: `default/acme/vision`. */
  label: string;
  /** Jobs of several projects can be among them. */
  isSeveral: boolean;
  /** What the project of a job is called among them: with its org where there are several. */
  nameOf: (job: JobDescription) => string;
  /** They are the selected project, where jobs can be named by name. */
  isSelected: boolean;
  /** Places that are not in the caller's configuration and hold none of the jobs found. */
  unknown: (found: readonly JobDescription[]) => UnknownProject[];
}

interface Place {
  cluster: string;
  org: string;
  project: string;
}

const ALL = "*";

/** Reads `vision`, `acme/nlp`, `*` (all projects of the org), `default/acme/*`; none means the selection. */
export function placesOf(texts: readonly string[], context: PlatformContext): Places {
  const { selection } = context;
  const places = (texts.length === 0 ? [selection.project ?? ALL] : texts).map((text) => {
    const { cluster = selection.cluster, org = selection.org, project = ALL } = whereOf(text);
    return { cluster, org, project };
  });
  const [{ cluster } = selection] = places;
  if (places.some((place) => place.cluster !== cluster))
    throw new InvalidInputError("The projects are in different clusters: list one cluster at a time.", {
      argument: "projects",
    });
  const all = places.some(({ project }) => project === ALL);
  const everyOrg = places.some(({ org }) => org === ALL);
  const orgs = unique(places.map(({ org }) => org));
  const areSeveralOrgs = everyOrg || orgs.length > 1;
  return {
    filter: {
      cluster,
      orgs: everyOrg ? [null] : orgs,
      projects: all ? [] : unique(places.map(({ project }) => project)),
    },
    covers: (job) => places.some((place) => isIn(job, place)),
    nameOf: ({ org_name = "", project_name }) =>
      areSeveralOrgs ? `${org_name}/${project_name}` : project_name,
    label: places.map(({ org, project }) => `${cluster}/${org}/${project}`).join(", "),
    isSelected: texts.length === 0 && selection.project !== undefined,
    isSeveral: all || everyOrg || places.length > 1,
    unknown: (found) =>
      places
        .filter(({ org, project }) => org !== ALL && project !== ALL)
        .filter((place) => !found.some((job) => isIn(job, place)))
        .flatMap((place) => unknownAt(place, context)),
  };
}

function isIn({ org_name, project_name }: JobDescription, { org, project }: Place): boolean {
  return (org === ALL || org_name === org) && (project === ALL || project_name === project);
}

function unique(names: string[]): string[] {
  return [...new Set(names)];
}
