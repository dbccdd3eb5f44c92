import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Audit } from "../../src/observe/audit.ts";
import { snippets } from "../support/documents.ts";

function opened(path?: string) {
  const folder = mkdtempSync(join(tmpdir(), "audit-"));
  const file = path ?? join(folder, "audit.jsonl");
  const audit = new Audit(file);
  onTestFinished(() => {
    audit.close();
    rmSync(folder, { recursive: true });
  });
  return { audit, file };
}

const CALL = { method: "tools/call", target: "job_kill", user: "alice", client: { name: "c", version: "1" } };
const JOB = { id: "job-1", name: "train" };

function act(audit: Audit, outcome = "ok", changed = [JOB]): void {
  audit.call(CALL).ended({ outcome, changed });
}

function lines(file: string): unknown[] {
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function stderr() {
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  onTestFinished(() => write.mockRestore());
  return () => write.mock.calls.map(([text]) => String(text));
}

describe("the audit file", () => {
  test("has lines like the one that is documented", () => {
    const { audit, file } = opened();
    act(audit);
    const shown = snippets(readFileSync("docs/observability.md", "utf8")).find(
      ({ language }) => language === "json",
    );
    const keys = (line: unknown) =>
      JSON.stringify(line, (_, value) => (typeof value === "string" ? "" : value));
    expect(keys(JSON.parse(shown?.text ?? ""))).toBe(keys(lines(file)[0]));
  });

  test("has a line for each change, and none where nothing was changed", () => {
    const { audit, file } = opened();
    act(audit);
    act(audit, "not_found", []);
    expect(lines(file)).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        user: "alice",
        client: { name: "c", version: "1" },
        tool: "job_kill",
        jobs: [JOB],
        outcome: "ok",
      },
    ]);
  });

  test("keeps a client's name on one line of a bounded length", () => {
    const { audit, file } = opened();
    const client = { name: `a\n{"x":1}\u202e${"z".repeat(500)}`, version: "1" };
    audit.call({ ...CALL, client }).ended({ outcome: "ok", changed: [JOB] });
    expect(lines(file)).toHaveLength(1);
    expect(readFileSync(file, "utf8")).toMatch(/^[\x20-\x7e⏎]{50,400}\n$/);
  });

  test("is shared with other processes, and goes on in a new file after a rotation", () => {
    const { audit, file } = opened();
    act(audit);
    appendFileSync(file, '{"by":"another"}\n');
    renameSync(file, `${file}.1`);
    act(audit);
    audit.reopen();
    act(audit);
    expect([lines(`${file}.1`).length, lines(file).length]).toEqual([3, 1]);
  });

  test("is begun anew when it was removed, which is said", { tags: "outages" }, () => {
    const said = stderr();
    const { audit, file } = opened();
    unlinkSync(file);
    act(audit);
    act(audit);
    expect(lines(file)).toHaveLength(2);
    expect(said()).toEqual([expect.stringContaining("was removed")]);
  });

  test("that is full is complained about once, and fails no call", { tags: "outages" }, () => {
    const said = stderr();
    const { audit } = opened("/dev/full");
    act(audit);
    act(audit);
    expect(said()).toEqual([
      expect.stringMatching(/error --audit: \/dev\/full cannot be written to: ENOSPC/),
    ]);
  });
});
