import { readFileSync, statSync } from "node:fs";

/** A token as the platform gives them out; nothing that a server writes looks like one. */
const TOKEN = /eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{2,}/;
/** Output comes in pieces. */
const KEPT = 4096;

/** Values that must stay inside, for tests to put where a server gets them. */
export const PLANTED = {
  /** In the environment of the server itself. */
  env: "planted-in-the-environment-5d1c9a",
  /** In a login that `apolo login` saved. */
  refresh: "planted-in-the-saved-login-b83e07",
};

class Leaks {
  readonly #tails = new Map<object, string>();
  readonly #found: string[] = [];
  readonly #files = new Set<string>();
  #allowed: string | undefined;

  /** What was written, piece by piece, to one place. */
  saw(sink: object, where: string, text: string): void {
    const all = (this.#tails.get(sink) ?? "") + text;
    this.#tails.set(sink, all.slice(-KEPT));
    const value = TOKEN.exec(all)?.[0] ?? Object.values(PLANTED).find((planted) => all.includes(planted));
    if (value === undefined) return;
    const at = all.indexOf(value);
    this.#found.push(`${where}: …${all.slice(Math.max(0, at - 100), at + 60)}…`);
    this.#tails.delete(sink);
  }

  /** A file that is looked into at the end of the test. */
  mayWrite(file: string): void {
    this.#files.add(file);
  }

  /** This test is about output in which the caller asked for it. */
  allow(reason: string): void {
    this.#allowed = reason;
  }

  forget(): void {
    this.#tails.clear();
    this.#found.splice(0);
    this.#files.clear();
    this.#allowed = undefined;
  }

  /** @throws a secret left a server since `forget` */
  check(): void {
    for (const file of this.#files)
      if (statSync(file, { throwIfNoEntry: false })?.isFile() === true)
        this.saw({}, `the file ${file}`, readFileSync(file, "utf8"));
    const found = this.#allowed === undefined ? [...this.#found] : [];
    this.forget();
    if (found.length > 0) throw new Error(`A secret left the server in ${found.slice(0, 3).join("\n")}`);
  }
}

const KEY = Symbol.for("apolo-jobs-mcp.test.leaks");
/** One for all files of a worker. */
export const leaks: Leaks = Reflect.get(globalThis, KEY) ?? new Leaks();
Reflect.set(globalThis, KEY, leaks);
