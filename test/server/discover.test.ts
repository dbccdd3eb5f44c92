import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { onTestFinished } from "vitest";
import { openCaller } from "../../src/operations/caller.ts";
import { makeServer } from "../../src/server/index.ts";
import { makeOffer, openSession } from "../../src/server/session.ts";
import { expect, openPolicy, test } from "../support/fixtures.ts";
import { modern, rawSession } from "../support/raw-session.ts";
import { countRequests } from "../support/requests.ts";

test("server/discover asks nothing of the platform and makes no list of tools", async ({ platform }) => {
  const caller = openCaller(platform, openPolicy);
  const offer = makeOffer(caller, {});
  let listings = 0;
  const listing = () => {
    listings += 1;
    return offer.listing();
  };
  const quiet = async () => undefined;
  const session = openSession(caller, {
    ...{ offer: { ...offer, listing }, client: { updated: quiet, listChanged: quiet } },
    listens: () => true,
  });
  const requests = countRequests();
  onTestFinished(() => {
    requests.stop();
    session.close();
  });
  const { request } = await rawSession({
    connect: async (transport) => void serveStdio(({ era }) => makeServer(session, era), { transport }),
  });
  const { result } = await request("server/discover", modern());
  expect(result).toMatchObject({ instructions: offer.instructions });
  expect([listings, requests.http(), requests.sockets()]).toEqual([0, 0, 0]);
  await request("tools/list", modern());
  expect(listings).toBe(1);
});
