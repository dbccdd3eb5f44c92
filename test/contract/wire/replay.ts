import { setTimeout as delay } from "node:timers/promises";
import { connectPlatform, loginFromPassedConfig, type Platform } from "../../../src/client/index.ts";
import { perform } from "./calls.ts";
import type { WireCase } from "./case.ts";
import { differences, type Outcome } from "./compare.ts";
import { expected } from "./deviations.ts";
import { type Responder, startResponder } from "./responder.ts";

const CASE_LIMIT_MS = 10_000;

/** How one case went; no differences = passed. */
export interface Replayed {
  id: string;
  differences: string[];
}

/** Replays cases through the client against a loopback responder with this `/config`. */
export async function replay(cases: WireCase[], config: unknown): Promise<Replayed[]> {
  const responder = await startResponder(config);
  const platform = connectPlatform(loginFromPassedConfig(passedConfig(responder.origin)), { retries: 0 });
  try {
    await platform.context();
    const replayed: Replayed[] = [];
    for (const wireCase of cases) replayed.push(await replayOne(wireCase, { platform, responder }));
    return replayed;
  } finally {
    await platform.close();
    await responder.close();
  }
}

async function replayOne(
  wireCase: WireCase,
  { platform, responder }: { platform: Platform; responder: Responder },
): Promise<Replayed> {
  responder.play(wireCase);
  const outcome = await Promise.race([outcomeOf(platform, wireCase), overdue()]);
  await Promise.race([responder.settled(), overdue()]);
  return {
    id: wireCase.id,
    differences: differences(expected(wireCase), { ...outcome, requests: responder.requests }),
  };
}

async function outcomeOf(platform: Platform, wireCase: WireCase): Promise<Omit<Outcome, "requests">> {
  try {
    return { result: await perform(platform, wireCase) };
  } catch (error) {
    return { error };
  }
}

async function overdue(): Promise<Omit<Outcome, "requests">> {
  await delay(CASE_LIMIT_MS, undefined, { ref: false });
  return { error: new Error(`no outcome within ${CASE_LIMIT_MS} ms`) };
}

/** The login that the recordings were made with, for this responder. */
export function passedConfig(origin: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = `${part({ alg: "HS256", typ: "JWT" })}.${part({ identity: "alice" })}.c2ln`;
  const fields = {
    token,
    cluster: "default",
    url: `${origin}/api/v1`,
    org_name: "acme",
    project_name: "vision",
  };
  return Buffer.from(JSON.stringify(fields)).toString("base64");
}
