import { z } from "zod";
import type { CallOptions } from "./call.ts";
import type { Connection } from "./connection.ts";
import { PlatformError } from "./errors.ts";
import type { Base } from "./names/uris.ts";
import { isModest, unknownShape } from "./records/salvage.ts";

/** What a project keeps for its jobs, beside files. */
export type StoredKind = "secret" | "disk";

const wireSecrets = z.array(z.object({ key: z.string() }));
const wireDisks = z.array(z.object({ id: z.string(), name: z.string().nullish() }));

/**
 * What a job of this project can name: keys of secrets; ids and names of disks. Only what the caller may read is
 * listed; undefined where the cluster names no such service. Source: protocol reference 1.7, 5.4, 6.3.
 */
export async function listStored(
  { http, directory }: Connection,
  { kind, where: { cluster, org, project } }: { kind: StoredKind; where: Base },
  call?: CallOptions,
): Promise<string[] | undefined> {
  const { secretsUrl, disksUrl } = await directory.cluster(cluster, call);
  const base = kind === "secret" ? secretsUrl : disksUrl;
  if (base === undefined) return undefined;
  const what = `Listing the ${kind}s of ${org}/${project}`;
  const url = `${base}?${new URLSearchParams({ org_name: org, project_name: project })}`;
  const answer = await http.json({ what, method: "GET", url }, call);
  if (kind === "secret") return read(wireSecrets, answer, what).map(({ key }) => key);
  return read(wireDisks, answer, what).flatMap(({ id, name }) => (name ? [name, id] : [id]));
}

function read<T>(schema: z.ZodType<T>, answer: unknown, what: string): T {
  if (!isModest(answer))
    throw new PlatformError("protocol_error", `${what} failed: the answer is too large.`);
  const found = schema.safeParse(answer);
  if (found.success) return found.data;
  throw new PlatformError("protocol_error", unknownShape(what, found.error), { cause: found.error });
}
