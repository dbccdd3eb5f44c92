import type { Resource } from "./define-resource.ts";

/** The catalogue. */
export const resources: Resource[] = [];
