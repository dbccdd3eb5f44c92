/** A word that no job looked at has. */
export type UnknownWord =
  | {
      kind: "tag" | "owner" | "name";
      wanted: string;
      /** How many jobs were looked at, and whether there are no more. */
      examined: number;
      isAll: boolean;
      near: string[];
      /** Some that there are. */
      others: string[];
    }
  | { kind: "text"; wanted: string; near: string[] };

export function unknownWordText(word: UnknownWord): string {
  const wanted = JSON.stringify(word.wanted.slice(0, 60));
  if (word.kind === "text") return `Names and tags like ${wanted}: ${word.near.join(", ")}.`;
  const { kind, examined, isAll, near, others } = word;
  const hint =
    near.length > 0
      ? `; nearest: ${near.join(", ")}`
      : others.length > 0
        ? `; there are ${others.join(", ")}`
        : "";
  const among = isAll ? `its ${examined} jobs` : `the newest ${examined} jobs`;
  return `None of ${among} has the ${kind} ${wanted}${hint}.`;
}

/** A project that the caller's configuration does not name. */
export interface UnknownProject {
  /** `org/project` */
  wanted: string;
  near: string[];
  /** Some of the caller's. */
  own: string[];
}

export function unknownProjectText({ wanted, near, own }: UnknownProject): string {
  const names = near.length > 0 ? `nearest: ${near.join(", ")}` : `yours: ${own.join(", ")}`;
  return `You have no project ${wanted} in this cluster (${names}).`;
}
