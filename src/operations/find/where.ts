import type { Where } from "../../client/index.ts";

/** `cluster/org/project`, read from the right. */
export function whereOf(text: string | undefined): Where {
  if (text === undefined) return {};
  const [name, org, cluster] = text.split("/").reverse();
  return {
    ...(cluster === undefined ? {} : { cluster }),
    ...(org === undefined ? {} : { org }),
    ...(name === undefined ? {} : { project: name }),
  };
}
