import { existsSync } from "node:fs";
import { cp, lstat, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { SavedImages } from "./job.ts";

/** Opens the saved images in a folder; each is a folder of its own. Source: protocol reference 4.9. */
export function openSavedImages(root: string): SavedImages {
  const folderOf = (image: string) => join(root, encodeURIComponent(image));
  return {
    async save(image, folder) {
      const target = folderOf(image);
      const fresh = `${target}.new`;
      await rm(fresh, { recursive: true, force: true });
      // Sockets and pipes of a running job cannot be copied and are not part of an image.
      await cp(folder, fresh, {
        recursive: true,
        filter: async (source) => isPlain(source),
        verbatimSymlinks: true,
      });
      await rm(target, { recursive: true, force: true });
      await rename(fresh, target);
    },
    find(image) {
      const folder = folderOf(image);
      return existsSync(folder) ? folder : undefined;
    },
  };
}

async function isPlain(path: string): Promise<boolean> {
  const stat = await lstat(path);
  return stat.isFile() || stat.isDirectory() || stat.isSymbolicLink();
}
