const ADDRESS = /https?:\/\/[^\s,]*/gi;
/** An id of a job, in whatever address it stands. */
const ID = /job-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
/** A job's own address: its name and a hash of its project. Source: protocol reference 3.7 (`http_url_named`) */
const OWN = /\/([a-z][a-z\d-]{2,39}?)--[\da-f]{10}(?![\da-z])/;
const PATH = /^https?:\/\/[^/?#]+\/([^?#]+)/;
const NAME = /^[a-z](?:-?[a-z\d])+$/;
/** What a console puts between the parts of a place, and behind a job. */
const BETWEEN = /^(?:clusters?|orgs?|organizations?|projects?|jobs?|workloads?|apps?)$/;
const BEHIND = /^(?:logs?|overview|details?|monitoring|status|terminal|files|output|events)$/;

/** The text with each address of a job, a console's or its own server's, as the job's id, name or URI. */
export function withoutAddresses(text: string): string {
  return text.replace(ADDRESS, (address) => {
    const [id] = ID.exec(address) ?? [];
    return id?.toLowerCase() ?? OWN.exec(address)?.[1] ?? refOf(PATH.exec(address)?.[1] ?? "") ?? address;
  });
}

/** `default/acme/vision/jobs/train-7b` names the job and its place; with a part of the place it could be elsewhere. */
function refOf(path: string): string | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  while (BEHIND.test(parts.at(-1) ?? "")) parts.pop();
  const [name = ""] = parts.splice(-1);
  if (!NAME.test(name) || !parts.some((part) => /^jobs?$/.test(part))) return undefined;
  const place = parts.filter((part) => !BETWEEN.test(part));
  if (place.length === 0) return name;
  return place.length === 3 ? `job://${[...place, name].join("/")}` : undefined;
}
