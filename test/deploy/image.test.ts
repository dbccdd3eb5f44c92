import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Copy, DockerfileParser, Env } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { describe, expect, onTestFinished, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { initialize } from "../support/bin.ts";

const text = readFileSync("Dockerfile", "utf8");
const instructions = DockerfileParser.parse(text).getInstructions();
const bases = instructions.filter(isA("FROM"));
const last = instructions.slice(instructions.lastIndexOf(bases.at(-1) ?? fail("no FROM")));

describe("the Dockerfile", () => {
  test("has no mistake that a linter knows", () => {
    expect(validate(text).map(({ message }) => message)).toEqual([]);
  });

  test("begins with the official image, of a version that the package takes", () => {
    const [major] = /(?<=^ARG NODE_VERSION=)\d+$/m.exec(text) ?? [];
    expect(bases.map((base) => base.getArguments()[0]?.getValue())).toEqual(
      Array(2).fill(`node:${"$"}{NODE_VERSION}-slim`),
    );
    expect(manifest.engines.node).toContain(`>=${major}.`);
  });

  test("copies only what is there and what .dockerignore lets through", () => {
    const lets = readFileSync(".dockerignore", "utf8").split("\n").filter(Boolean);
    expect(lets[0]).toBe("*");
    const copied = instructions.filter((found) => found instanceof Copy).filter(isOfCheckout);
    const sources = copied.flatMap((copy) => pathsOf(copy).sources);
    for (const source of sources) expect(existsSync(source), source).toBe(true);
    expect(lets.slice(1).sort()).toEqual(sources.map((source) => `!${source.replace(/\/$/, "")}`).sort());
  });

  test("runs the bin, and its check, as a numbered user who is not root", () => {
    const words = (name: string) => last.filter(isA(name)).map((found) => found.getArgumentsContent());
    expect(words("USER")).toEqual(["1000:1000"]);
    expect(words("ENTRYPOINT")).toEqual(['["node", "/app/dist/main.js"]']);
    expect(words("HEALTHCHECK")[0]).toContain('CMD ["node", "/app/healthcheck.mjs"]');
    expect(words("RUN")).toEqual([]);
  });

  test("is labelled with the package's version, description and licence", () => {
    const [label = ""] = last.filter(isA("LABEL")).map((found) => found.getRawArgumentsContent() ?? "");
    expect(text).toContain(`ARG VERSION=${manifest.version}\n`);
    expect(label).toContain(`.description="${manifest.description}"`);
    expect(label).toContain(`.licenses="${manifest.license}"`);
  });
});

const inContainer = spawnSync("bwrap", ["--ro-bind", "/", "/", "--unshare-user", "true"]).status === 0;

describe.runIf(inContainer)("what the image holds", () => {
  test("speaks stdio where nothing can be written, as a user without a name", async () => {
    const container = run(["--emulator"], ["--tmpfs", "/tmp"]);
    container.stdin.end(`${JSON.stringify(initialize())}\n`);
    const [answer] = await once(container.stdout, "data");
    expect(JSON.parse(String(answer)).result.serverInfo.version).toBe(manifest.version);
  });

  test("speaks stdio without even a /tmp, with a platform elsewhere", async () => {
    const container = run([]);
    container.stdin.end(`${JSON.stringify(initialize())}\n`);
    const [answer] = await once(container.stdout, "data");
    expect(JSON.parse(String(answer)).result.serverInfo.version).toBe(manifest.version);
  });
});

type Instruction = (typeof instructions)[number];

function isA(keyword: string) {
  return (instruction: Instruction) => instruction.getKeyword() === keyword;
}

function fail(why: string): never {
  throw new Error(why);
}

/** Whether it copies from the checkout, and not from another stage. */
function isOfCheckout(copy: Copy): boolean {
  return copy.getFlags().every((flag) => flag.getName() !== "from");
}

function pathsOf(copy: Copy): { sources: string[]; target: string } {
  const words = copy.getArguments().map((word) => word.getValue());
  const paths = words.filter((word) => !word.startsWith("--"));
  return { sources: paths.slice(0, -1), target: paths.at(-1) ?? fail("COPY without a target") };
}

/** Starts the entry point in the files of the last stage, as Docker would with `--read-only`. */
function run(args: string[], binds: string[] = []) {
  const image = assembled();
  const isolation = [
    "--ro-bind",
    "/",
    "/",
    "--ro-bind",
    image,
    "/mnt",
    ...binds,
    "--unshare-user",
    "--unshare-pid",
  ];
  const user = ["--uid", "65123", "--gid", "65123", "--die-with-parent", "--clearenv"];
  const set = last.filter((found) => found instanceof Env).flatMap((env) => env.getProperties());
  const variables = set.flatMap((variable) => ["--setenv", variable.getName(), variable.getValue() ?? ""]);
  const start = [process.execPath, "/mnt/dist/main.js", ...args];
  const container = spawn("bwrap", [...isolation, ...user, ...variables, ...start], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => {
    container.kill("SIGKILL");
  });
  return container;
}

/** `/app` of the last stage, made of this checkout, which the suite has built. */
function assembled(): string {
  const folder = temporaryFolder();
  for (const copy of last.filter((found) => found instanceof Copy)) {
    const { sources, target } = pathsOf(copy);
    for (const source of sources) {
      const isFolder = source.endsWith("/");
      const from = isOfCheckout(copy) ? source : source.replace(/^\/src\//, "");
      mkdirSync(join(folder, target), { recursive: true });
      cpSync(from, join(folder, target, isFolder ? "" : basename(from)), { recursive: true });
    }
  }
  execFileSync("chmod", ["-R", "a+rX", folder]);
  return folder;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "image-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
