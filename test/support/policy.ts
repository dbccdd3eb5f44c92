import type { Policy } from "../../src/operations/caller.ts";

/** Nothing is forbidden, limited or secret. */
export const POLICY: Policy = { mode: "full", toolset: "all", ownedOnly: false, secrets: [] };
