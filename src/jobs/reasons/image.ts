import type { JobDescription } from "../../client/index.ts";
import { type Explanation, stated } from "./explanation.ts";

const ACTIVE: ReadonlySet<string> = new Set(["pending", "suspended", "running"]);

/** The image of a job as Docker writes it. */
export function imageText({ container }: JobDescription): string {
  const { registry, org_name, project_name, name, tag } = container.image;
  const path = [registry, org_name, project_name, name].filter((part) => part !== undefined).join("/");
  return tag === undefined ? path : `${path}:${tag}`;
}

/** An image that cannot be pulled. The platform does not pass on the registry's own words. */
export function pullProblem(job: JobDescription, what: string): Explanation {
  const { cluster_name, tag = "latest" } = job.container.image;
  const access =
    cluster_name === undefined
      ? "that it needs no login (push a private one to the platform's registry)"
      : `that the image was pushed to the platform's registry, to the project named`;
  const again = `start it again with the right image: job_rerun ${JSON.stringify({ job: job.id, image: "…" })}`;
  return stated(
    `The image ${imageText(job)} ${what}. This is about the image, not about room on the cluster.`,
    `Check the spelling of the image, that the tag ${tag} exists, and ${access}. Then ${ACTIVE.has(job.status) ? "kill this job and " : ""}${again}.`,
  );
}

/** An image reference that is not valid. */
export function invalidImage(job: JobDescription): Explanation {
  return stated(
    `${imageText(job)} is not a valid image name, so nothing was pulled or run.`,
    "Start it again with a name like `ubuntu:22.04`, `ghcr.io/org/name:tag` or `image:name:tag` (lower case, one tag).",
  );
}
