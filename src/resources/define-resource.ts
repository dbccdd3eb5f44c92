import type { Call } from "../operations/caller.ts";

export type ResourceContext = Pick<Call, "caller" | "signal">;

/** What is no text. */
export interface Bytes {
  bytes: Buffer;
}

/** Something that can be attached to a conversation, at every URI that fits the template. */
export interface Resource {
  name: string;
  title: string;
  description: string;
  /** RFC 6570, simple path variables only, and `{path}` at the end, which may hold slashes; values arrive decoded. A URI without variables is concrete. */
  uriTemplate: string;
  mimeType: "application/json" | "text/plain" | "text/markdown";
  /** What is watched for a subscriber; absent where changes cannot be noticed. */
  changesWith?: "job" | "log" | "active";
  /** Throws for what is unknown or forbidden: never empty contents. */
  read(variables: Record<string, string>, context: ResourceContext): Promise<string | Bytes>;
}
