import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, onTestFinished } from "vitest";
import { openAuth } from "../../../src/transports/http/auth.ts";
import { Secret } from "../../../src/transports/http/secret.ts";
import { faultProxy } from "../../support/fault-proxy.ts";
import { expect, test } from "../../support/fixtures.ts";

const NOTHING_SAID = { auth: undefined, tokenFile: undefined } as const;

describe("openAuth", () => {
  test("lets whoever reaches the address act with the server's own login", async ({ platform, emulator }) => {
    const { auth } = await openAuth({ ...NOTHING_SAID, own: platform, url: emulator.url });
    expect(auth.by === "address" && auth.connect()).toBe(platform);
  });

  test("reads the shared secret", async ({ platform, emulator }) => {
    const folder = mkdtempSync(join(tmpdir(), "auth-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const tokenFile = join(folder, "token");
    writeFileSync(tokenFile, "0123456789abcdef\n", { mode: 0o600 });
    const { auth } = await openAuth({ auth: undefined, tokenFile, own: platform, url: emulator.url });
    expect(auth.by === "secret" && auth.secret.equals(new Secret("0123456789abcdef"))).toBe(true);
  });

  test("connects callers by their own token, with nothing selected", async ({ platform, emulator }) => {
    const { auth } = await openAuth({
      auth: "platform",
      tokenFile: undefined,
      own: platform,
      url: emulator.url,
    });
    const bob = auth.connect(new Secret(emulator.tokenFor("bob")));
    onTestFinished(() => bob.close());
    expect(await bob.context()).toMatchObject({ user: "bob", source: "token" });
  });

  test("asks once where to log in, and again after a failure", async ({ platform, emulator }) => {
    const proxy = await faultProxy(emulator);
    const url = `${proxy.origin}/api/v1`;
    const { auth } = await openAuth({ auth: "platform", tokenFile: undefined, own: platform, url });
    if (auth.by !== "platform") throw new Error(auth.by);
    const back = proxy.add({ instead: "reset" });
    await expect(auth.authorizationServer()).rejects.toMatchObject({ code: "unavailable" });
    back();
    await Promise.all([auth.authorizationServer(), auth.authorizationServer()]);
    expect(await auth.authorizationServer()).toBe(`${proxy.origin}/`);
    expect(proxy.seen).toHaveLength(2);
  });
});
