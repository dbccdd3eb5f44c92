import type { Place, PlatformContext } from "../client/index.ts";
import { InvalidInputError } from "../jobs/invalid-input.ts";
import { named } from "../jobs/words.ts";
import type { Call, Policy } from "./caller.ts";
import { whereOf } from "./find/index.ts";

const MOST_NAMED = 12;

/** Who is logged in and where, what can be chosen, and what this server allows. */
export async function readContext({
  caller: { platform, policy },
  signal,
}: Pick<Call, "caller" | "signal">): Promise<PlatformContext & { policy: Policy }> {
  return { ...(await platform.context({ signal })), policy };
}

/** Selects a project for the calls that follow in this session, and nowhere else. @throws {InvalidInputError} it is none */
export async function selectPlace(text: string, call: Call): Promise<Call> {
  if (call.select === undefined)
    throw new InvalidInputError(
      "use: nothing is kept between calls here, each stands alone. Give project with each call instead.",
    );
  const context = await call.caller.platform.context({ signal: call.signal });
  return { ...call, caller: call.select(placeIn(context, text)) };
}

/** What is left out of a place is that of the selection, as in the argument `project`. */
function placeIn({ selection, projects }: PlatformContext, text: string): Place {
  const { cluster = selection.cluster, org = selection.org, project = "" } = whereOf(text);
  const isThere = projects.some(
    (known) => known.cluster_name === cluster && known.org_name === org && known.name === project,
  );
  if (isThere) return { cluster, org, project };
  const places = projects.map(({ cluster_name, org_name, name }) => `${cluster_name}/${org_name}/${name}`);
  throw new InvalidInputError(
    `There is no project ${cluster}/${org}/${project} for this login. There are: ${named(places, MOST_NAMED) || "none"}.`,
    { example: places[0] === undefined ? undefined : { use: places[0] } },
  );
}
