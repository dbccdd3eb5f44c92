import { describe } from "vitest";
import { test as base, expect, openPolicy } from "../../support/fixtures.ts";

const PHRASE = "orchid meadow lamp 77 staple";
const LONG = `ab12${"Qz9".repeat(900)}tail`;
/** Half of what is kept of a stream. */
const HALF = 3500;

/** A running job with two secrets in its environment. */
const test = base.extend({ policy: { ...openPolicy, allowPlainSecrets: true } }).extend<{ job: string }>({
  job: async ({ mcp }, use) => {
    const env = { DB_PASSWORD: PHRASE, MY_API_TOKEN: LONG };
    await mcp.ok("job_start", { image: "ubuntu", name: "cut", command: "sleep 600", env });
    await mcp.ok("job_wait", { jobs: ["cut"], until: "running", wait_seconds: 30 });
    await use("cut");
  },
});

const blanks = (count: number) => `head -c ${count} /dev/zero | tr '\\0' ' '`;
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a secret where a command's output is cut", { tags: "secrets" }, () => {
  test.for([
    ["JSON", '  "password":', ' "correcthorse",\n'],
    ["YAML", "password:", " correcthorse\n"],
    ["an option", "run --password", " correcthorse\n"],
    ["a header", "Authorization:", " Bearer correcthorse1\n"],
    ["a manifest", "- name: DB_PASSWORD\n", "  value: correcthorse\n"],
    [".netrc", "machine x\nlogin bob\npassword", " correcthorse\n"],
  ] as const)("is hidden behind the name left out before it: %s", async ([, name, value], { mcp, job }) => {
    const printed = `echo ${base64(`\n${name}${value}`)} | base64 -d`;
    const command = `${blanks(9000)}; ${printed}; ${blanks(HALF - value.length)}`;
    const { data, text } = await mcp.ok("job_exec", { job, command });
    expect(data.stdout).toMatch(/left out here[^\n]*\n\s*\S/);
    expect(data.stdout).toContain("[redacted]");
    expect(text).not.toContain("horse");
  });

  test.for([0, 9, 14, 20, 27])(
    "is hidden with its blanks, %i characters of it before the gap",
    async (shown, { mcp, job }) => {
      const before = `${blanks(HALF - shown)}; printf "$DB_PASSWORD\\n"; ${blanks(9000)}`;
      const after = `${blanks(9000)}; printf "$DB_PASSWORD\\n"; ${blanks(HALF - PHRASE.length - 1 + shown)}`;
      for (const command of [before, after]) {
        const { text } = await mcp.ok("job_exec", { job, command });
        expect(text).toContain("left out here");
        expect(text).not.toMatch(/orch|mead|adow|lamp|stap|aple/);
      }
    },
  );

  test("is hidden though it is longer than what is shown", async ({ mcp, job }) => {
    const before = `${blanks(2000)}; echo "tok $MY_API_TOKEN"; seq 1 5000`;
    const after = `seq 1 5000; echo "tok $MY_API_TOKEN"; ${blanks(2000)}`;
    const across = `${blanks(2800)}; echo "tok $MY_API_TOKEN"; ${blanks(2500)}`;
    for (const command of [before, after, across]) {
      const { data, text } = await mcp.ok("job_exec", { job, command });
      expect(data.stdout).toContain("left out here");
      expect(data.hidden).toBeGreaterThan(0);
      expect(text).not.toMatch(/Qz9/);
    }
  });

  test("is counted only where it is shown", async ({ mcp, job }) => {
    const command = `${blanks(HALF)}; yes "$DB_PASSWORD" | head -c 9000; echo; echo "$DB_PASSWORD"; ${blanks(HALF)}`;
    const { data } = await mcp.ok("job_exec", { job, command });
    expect(data.hidden).toBeUndefined();
  });
});
