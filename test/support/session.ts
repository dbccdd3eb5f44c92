import { Client as NewClient } from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import {
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { onTestFinished } from "vitest";
import type { Platform } from "../../src/client/index.ts";
import { type Caller, openCaller, type Policy } from "../../src/operations/caller.ts";
import { createServer } from "../../src/server/index.ts";
import { POLICY } from "./policy.ts";

/** Those of sessions, by platform. */
const callers = new WeakMap<Platform, { policy: Policy; caller: Caller }>();

function callerOf(platform: Platform, policy: Policy): Caller {
  const known = callers.get(platform);
  if (known?.policy === policy) return known.caller;
  const caller = openCaller(platform, policy);
  callers.set(platform, { policy, caller });
  onTestFinished(() => caller.close());
  return caller;
}

/** A session of the new era that listens to these resources, and what it was told of. */
export async function connectListener(platform: Platform, uris: string[]) {
  const options = { versionNegotiation: { mode: { pin: "2026-07-28" } } };
  const client = new NewClient({ name: "test", version: "0" }, options);
  const updates: { uri: string }[] = [];
  client.setNotificationHandler("notifications/resources/updated", ({ params: { uri } }) => {
    updates.push({ uri });
  });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await createServer(callerOf(platform, POLICY)).connect(far);
  await client.connect(near);
  onTestFinished(() => client.close());
  await client.listen({ resourceSubscriptions: uris });
  return { updates };
}

/** One MCP session, and what it was told. Sessions on one platform share a caller. */
export async function connectSession(platform: Platform, policy: Policy = POLICY) {
  const client = new Client({ name: "test", version: "0" });
  const updates: { uri: string; atMs: number }[] = [];
  let listChanges = 0;
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params: { uri } }) => {
    updates.push({ uri, atMs: performance.now() });
  });
  client.setNotificationHandler(ResourceListChangedNotificationSchema, () => {
    listChanges += 1;
  });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([createServer(callerOf(platform, policy)).connect(far), client.connect(near)]);
  onTestFinished(() => client.close());
  return {
    client,
    updates,
    listChanges: () => listChanges,
    /** Text of a resource. */
    async read(uri: string): Promise<string> {
      const { contents } = await client.readResource({ uri });
      const [content] = contents;
      if (contents.length !== 1 || content === undefined || !("text" in content))
        throw new Error(`${uri}: no text`);
      return content.text;
    },
  };
}
