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
    ["no base64 of JSON", "%%%", "is not base64 of JSON"],
    ["JSON in plain", Buffer.from(blob(), "base64").toString(), "is not base64 of JSON"],
    ["a token", SECRET, "is not base64 of JSON"],
    [
      "no object",
      Buffer.from("1").toString("base64"),
      "lacks, or has in a wrong form: token, cluster and url",
    ],
    ["without url", blob({ url: undefined }), "lacks, or has in a wrong form: url"],
    ["with an address that is none", blob({ url: "ftp://x" }), "has a url that begins with ftp://"],
    ["with a token that is none", blob({ token: 5 }), "lacks, or has in a wrong form: token"],
    [
      "with a token of two lines",
      blob({ token: `${SECRET}\nx` }),
      "has a token that has a space, a line break",
    ],
  ])("is refused when it is %s, without being repeated", (_what, text, why) => {
    let message = "";
    try {
      loginFromPassedConfig(text);
    } catch (error) {
      expect(error).toMatchObject({ code: "invalid_argument" });
      message = `${String(error)} ${JSON.stringify(error)}`;
    }
    expect(message).toContain(`The passed config in APOLO_PASSED_CONFIG ${why}`);
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
  });

  const URL_OF_TEST = "https://api.test/api/v1";

  test.each([
    ["the address is unset", undefined, SECRET, "APOLO_TOKEN is set without APOLO_URL"],
    ["the address is empty", "", SECRET, "APOLO_TOKEN is set without APOLO_URL"],
    ["the address is blank", " \n", SECRET, "APOLO_TOKEN is set without APOLO_URL"],
    ["the address is a word", "notaurl", SECRET, "APOLO_URL does not begin with https://"],
    ["the address has no scheme", "api.test:8080/api/v1", SECRET, "APOLO_URL does not begin with https://"],
    ["the scheme is another", "ftp://api.test", SECRET, "APOLO_URL begins with ftp://"],
    ["the address has a space", "https://api.test /v1", SECRET, "APOLO_URL has a space in it"],
    [
      "the port is out of range",
      "https://api.test:99999",
      SECRET,
      "APOLO_URL is not an address that can be read",
    ],
    ["the address has no host", "https://", SECRET, "APOLO_URL is not an address that can be read"],
    ["a password is in the address", `https://u:${SECRET}@api.test`, SECRET, "APOLO_URL has a user name"],
    ["the address has a query", `${URL_OF_TEST}?token=${SECRET}`, SECRET, "APOLO_URL has a ? or # in it"],
    ["a placeholder is the address", "$APOLO_URL", SECRET, "APOLO_URL holds a placeholder"],
    ["both are swapped", SECRET, URL_OF_TEST, "APOLO_URL holds a token"],
    ["the token is unset", URL_OF_TEST, undefined, "APOLO_URL is set without APOLO_TOKEN"],
    ["the token is blank", URL_OF_TEST, "  ", "APOLO_URL is set without APOLO_TOKEN"],
    ["the token is a header", URL_OF_TEST, `Bearer ${SECRET}`, "APOLO_TOKEN begins with the word Bearer"],
    ["the token is an address", URL_OF_TEST, URL_OF_TEST, "APOLO_TOKEN holds an address"],
    ["the token is broken", URL_OF_TEST, `${SECRET}\n${SECRET}`, "APOLO_TOKEN has a space, a line break"],
    ["a placeholder is the token", URL_OF_TEST, "<your token>", "APOLO_TOKEN holds a placeholder"],
  ])("from APOLO_URL and APOLO_TOKEN says what is wrong when %s", async (_what, url, secret, message) => {
    const error: unknown = await findLogin({ APOLO_URL: url, APOLO_TOKEN: secret }, cwd, home).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: "invalid_argument", message: expect.stringContaining(message) });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain(SECRET);
  });

  test("is not found in variables that are empty or blank", async () => {
    for (const value of ["", " "]) {
      const names = [
        "APOLO_URL",
        "APOLO_TOKEN",
        "APOLO_PASSED_CONFIG",
        "NEURO_PASSED_CONFIG",
        "APOLO_CONFIG",
      ];
      expect(
        await findLogin(Object.fromEntries(names.map((name) => [name, value])), cwd, home),
      ).toBeUndefined();
    }
  });

  test("is read without the blanks around it", async () => {
    const env = { APOLO_URL: ` ${URL_OF_TEST}\n`, APOLO_TOKEN: `${SECRET}\n` };
    expect(await findLogin(env, cwd, home)).toMatchObject({ url: URL_OF_TEST, token: SECRET });
    expect(await findLogin({ APOLO_PASSED_CONFIG: `${blob()}\n` }, cwd, home)).toMatchObject({
      token: SECRET,
    });
  });

  test.each([["./other"], ["~/work/deep/other"]])(
    "is missed by name in the folder APOLO_CONFIG=%s",
    async (path) => {
      await expect(findLogin({ APOLO_CONFIG: path }, cwd, home)).rejects.toMatchObject({
        code: "no_login",
        message: expect.stringContaining(
          `There is no login in ${join(cwd, "other")}, the folder that APOLO_CONFIG`,
        ),
      });
    },
  );

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
