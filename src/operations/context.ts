import type { PlatformContext } from "../client/index.ts";
import type { Call, Policy } from "./caller.ts";

/** Who is logged in and where, what can be chosen, and what this server allows. */
export async function readContext({
  caller: { platform, policy },
  signal,
}: Pick<Call, "caller" | "signal">): Promise<PlatformContext & { policy: Policy }> {
  return { ...(await platform.context({ signal })), policy };
}
