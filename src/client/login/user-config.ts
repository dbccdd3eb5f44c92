import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse } from "smol-toml";
import { z } from "zod";
import type { Where } from "../call.ts";
import { invalidArgument, type PlatformError } from "../errors.ts";

const LOCAL_NAMES = [".apolo.toml", ".neuro.toml"];

const selectable = z.object({
  job: z
    .object({
      "cluster-name": z.string().optional(),
      "org-name": z.string().optional(),
      "project-name": z.string().optional(),
    })
    .optional(),
});

/**
 * The selection of the nearest `.apolo.toml` above the working folder (the filesystem's root itself is not
 * examined). @throws {PlatformError} `invalid_argument` naming the file that cannot be read.
 * Source: protocol reference 1.8.
 */
export async function localSelection(cwd: string): Promise<Where> {
  for (let folder = cwd; dirname(folder) !== folder; folder = dirname(folder))
    for (const name of LOCAL_NAMES) {
      const found = await readSelection(join(folder, name));
      if (found !== undefined) return found;
    }
  return {};
}

/** Checks the user's own `user.toml`, which may not select. @throws {PlatformError} `invalid_argument` */
export async function checkUserFile(folder: string): Promise<void> {
  const file = join(folder, "user.toml");
  const { cluster, org, project } = (await readSelection(file)) ?? {};
  if (cluster !== undefined || org !== undefined || project !== undefined)
    throw invalid(file, "cluster, org and project can be selected in a folder's .apolo.toml only");
}

async function readSelection(file: string): Promise<Where | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const found = selectable.safeParse(parseToml(text, file));
  if (!found.success)
    throw invalid(file, "cluster-name, org-name and project-name must be strings", found.error);
  const { job = {} } = found.data;
  return { cluster: job["cluster-name"], org: job["org-name"], project: job["project-name"] };
}

function parseToml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw invalid(file, "it is not valid TOML", cause);
  }
}

function invalid(file: string, why: string, cause?: unknown): PlatformError {
  return invalidArgument(`${file} cannot be used: ${why}.`, { cause });
}
