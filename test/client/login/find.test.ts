import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findLogin, loginFromPassedConfig } from "../../../src/client/index.ts";
import { token } from "../../support/jobs.ts";

const SECRET = token("alice", "very-secret");

function blob(fields: Record<string, unknown> = {}): string {
  const all = {
    token: SECRET,
    cluster: "default",
    url: "https://api.test/api/v1",
    org_name: "acme",
    ...fields,
  };
  return Buffer.from(JSON.stringify(all)).toString("base64");
}

let home: string;
let cwd: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "home-"));
  cwd = join(home, "work", "deep");
  await mkdir(cwd, { recursive: true });
});
afterEach(() => rm(home, { recursive: true }));

async function brokenDatabase(mode = 0o600): Promise<void> {
  const folder = join(home, ".apolo");
  await mkdir(folder, { mode: 0o700 });
  await writeFile(join(folder, "db"), "no database", { mode });
}

describe("the passed config", () => {
  test("is read, the old name's after the new one's", async () => {
    const other = blob({ cluster: "west", org_name: null });

    expect(await findLogin({ NEURO_PASSED_CONFIG: other }, cwd, home)).toMatchObject({
      cluster: "west",
      org: undefined,
    });
    expect(
      await findLogin({ APOLO_PASSED_CONFIG: blob(), NEURO_PASSED_CONFIG: other }, cwd, home),
    ).toMatchObject({
      source: "passed-config",
      url: "https://api.test/api/v1",
      token: SECRET,
      cluster: "default",
      org: "acme",
      project: undefined,
    });
  });

  test.each([
    ["no base64 of JSON", "%%%"],
    ["no object", Buffer.from("1").toString("base64")],
    ["without url", blob({ url: undefined })],
    ["with an address that is none", blob({ url: "ftp://x" })],
    ["with a token that is none", blob({ token: 5 })],
  ])("is refused when it is %s, without being repeated", (_what, text) => {
    let message = "";
    try {
      loginFromPassedConfig(text);
    } catch (error) {
      expect(error).toMatchObject({ code: "invalid_argument" });
      message = `${String(error)} ${JSON.stringify(error)}`;
    }
    expect(message).toContain("passed config");
    expect(message).not.toContain(text);
    expect(message).not.toContain(SECRET);
  });
});

describe("a login", () => {
  test("is undefined when there is none anywhere", async () => {
    expect(await findLogin({}, cwd, home)).toBeUndefined();
  });

  test("comes from APOLO_URL with APOLO_TOKEN after the others", async () => {
    const env = { APOLO_URL: "https://api.test/api/v1", APOLO_TOKEN: SECRET };

    expect(await findLogin(env, cwd, home)).toMatchObject({ source: "token", token: SECRET });
    expect(await findLogin({ ...env, APOLO_PASSED_CONFIG: blob() }, cwd, home)).toMatchObject({
      source: "passed-config",
    });
    await expect(findLogin({ APOLO_TOKEN: SECRET }, cwd, home)).rejects.toMatchObject({
      code: "invalid_argument",
    });
    await expect(findLogin({ ...env, APOLO_URL: "x" }, cwd, home)).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });

  test("that is there but cannot be used is an error, unless a later one can", async () => {
    await brokenDatabase();
    const env = { APOLO_URL: "https://api.test/api/v1", APOLO_TOKEN: SECRET };

    await expect(findLogin({}, cwd, home)).rejects.toMatchObject({ code: "invalid_argument" });
    expect(await findLogin(env, cwd, home)).toMatchObject({ source: "token" });
  });

  test("that is open to others says how to mend it", async () => {
    await brokenDatabase(0o644);
    await expect(findLogin({}, cwd, home)).rejects.toThrow(`chmod 600 ${join(home, ".apolo", "db")}`);

    await chmod(join(home, ".apolo"), 0o755);
    await expect(findLogin({}, cwd, home)).rejects.toThrow(`chmod 700 ${join(home, ".apolo")}`);
  });
});

describe("a selection", () => {
  test("comes from the nearest .apolo.toml above the working folder", async () => {
    await writeFile(join(home, ".apolo.toml"), '[job]\ncluster-name = "far"\n');
    await writeFile(
      join(home, "work", ".neuro.toml"),
      '[job]\ncluster-name = "west"\norg-name = "research"\n',
    );

    expect(
      await findLogin({ APOLO_PASSED_CONFIG: blob({ project_name: "vision" }) }, cwd, home),
    ).toMatchObject({
      cluster: "west",
      org: "research",
      project: undefined,
    });
  });

  test.each(["[job", "[job]\ncluster-name = 5\n"])("that cannot be read names its file: %s", async (text) => {
    await writeFile(join(cwd, ".apolo.toml"), text);

    await expect(findLogin({ APOLO_PASSED_CONFIG: blob() }, cwd, home)).rejects.toThrow(
      join(cwd, ".apolo.toml"),
    );
  });
});
