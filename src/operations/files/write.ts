import type { PlatformError } from "../../client/index.ts";
import type { Call } from "../caller.ts";
import { type Meant, meantJob, type Named } from "../find/owned.ts";
import { requireRunning } from "../find/running.ts";
import { maybeDone } from "../within.ts";
import { Cksum } from "./cksum.ts";
import { WRITE } from "./scripts.ts";
import { askShell, requirePath, type Said, unusable } from "./shell.ts";

const MAX_BYTES = 4096;

export interface Writing {
  path: string;
  data: Uint8Array;
  how: "new" | "append" | "overwrite";
}

/** What became of a file that was to be written. */
export type Written = Meant &
  (
    | { outcome: "written"; size: number; isVerified: boolean }
    /** It is there already, and was left as it is. */
    | { outcome: "exists"; size: number }
    /** Nothing of it was written. `broken`: perhaps a part. */
    | { outcome: "failed" | "broken"; complaint: string }
    | { outcome: "unknown"; error: PlatformError }
  );

/** Writes a file of a running job; what was there stays unless all of the data has come. */
export async function writeInJob(
  { path, data, how, ...named }: Named & Writing,
  call: Call,
): Promise<Written> {
  requirePath(path);
  const target = await meantJob(named, call);
  requireRunning(target);
  call.changing(target.job);
  const args = [path, data.length, how];
  const asked = { script: WRITE, args, stdin: data, maxBytes: MAX_BYTES };
  const said = await askShell(target, asked, call).catch((error: unknown) => ({ lost: maybeDone(error) }));
  if ("lost" in said) return { ...target, outcome: "unknown", error: said.lost };
  return { ...target, ...outcomeOf(said, { path, data, target }) };
}

function outcomeOf(
  { word, numbers: [size = 0, sum], complaint }: Said,
  { path, data, target }: Pick<Writing, "path" | "data"> & { target: Meant },
) {
  switch (word) {
    case "exists":
      return { outcome: "exists" as const, size };
    case "short":
    case "failed":
      return { outcome: "failed" as const, complaint };
    case "broken":
      return { outcome: "broken" as const, complaint };
    case "wrote": {
      const isSame = sum === undefined || sum === cksumOf(data);
      if (!isSame)
        return { outcome: "broken" as const, complaint: "its checksum is not that of the content" };
      return { outcome: "written" as const, size, isVerified: sum !== undefined };
    }
    default:
      throw unusable(word, path, target);
  }
}

function cksumOf(data: Uint8Array): number {
  const sum = new Cksum();
  sum.add(data);
  return sum.value();
}
