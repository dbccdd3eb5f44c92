import type { SavedImages } from "../state/job.ts";

/** What becomes of the wish to pull an image. Source: protocol reference 3.11. */
export type Pull = "found" | "missing" | "invalid";

const REFERENCE =
  /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

/** Any name is an image, but for malformed ones and for names that ask to fail. */
export function pull(image: string, saved: SavedImages): Pull {
  if (!REFERENCE.test(image)) return "invalid";
  if (saved.find(image) !== undefined) return "found";
  return /does-not-exist|missing/.test(image) ? "missing" : "found";
}
