import { describe } from "vitest";
import { connectPlatform, loginFromPassedConfig } from "../../../src/client/index.ts";
import { connectAgent, expect, test } from "../../support/fixtures.ts";
import { listAll, SLEEP } from "../../support/sleepers.ts";
import { addDisk, addSecrets } from "../../support/stored.ts";

const job = { image: "python:3.12", command: SLEEP, preset: "cpu-small", life_span: "2h", http_port: 80 };

/** An argument, what is asked for first, and what else could be. */
const DIFFERING: [string, unknown, unknown][] = [
  ["image", "python:3.12", "python:3.11"],
  ["command", "sleep 600", "sleep 601"],
  ["preset", "cpu-small", "cpu-medium"],
  ["name", "first", "second"],
  ["tags", ["a"], ["a", "b"]],
  ["description", "x", "y"],
  ["env", { A: "1" }, { A: "2" }],
  ["env", { A: "1" }, { A: "1", B: "" }],
  ["secret_env", { T: "secret:a" }, { T: "secret:b" }],
  ["volumes", ["storage:a b:/mnt:ro"], ["storage:a b:/mnt"]],
  ["volumes", ["secret:k:/etc/k"], ["secret:l:/etc/k"]],
  ["volumes", ["disk:dsk:/data"], ["disk:dsk:/data:ro"]],
  ["http_port", 80, 81],
  ["http_auth", true, false],
  ["entrypoint", "sh -c", "bash -c"],
  ["working_dir", "/a", "/b"],
  ["tty", true, false],
  ["shm", true, false],
  ["life_span", "2h", "1h"],
  ["life_span", "2h", "3h"],
  ["life_span", "2h", "none"],
  ["life_span", "none", "2h"],
  ["schedule_timeout", "30m", "31m"],
  ["restart_policy", "always", "on-failure"],
  ["priority", "high", "low"],
  ["pass_config", true, false],
  ["wait_for_quota", true, false],
  ["energy_schedule", "night", undefined],
];

describe("a request_id that is used again", { tags: "starts" }, () => {
  test.for(DIFFERING)(
    "gives its job for an equal %s (%j), and names it where it differs (%j)",
    async ([name, first, second], { mcp, emulator, platform }) => {
      const restarted = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
      const other = await connectAgent(restarted);
      await addSecrets(emulator, ["a", "b", "k", "l"]);
      await addDisk(emulator, "dsk");
      const preset = name === "energy_schedule" ? { preset: "a100-x8-spot" } : {};
      const args = { ...job, ...preset, request_id: "r1" };
      const { data } = await mcp.ok("job_start", { ...args, [name]: first });
      for (const server of [mcp, other]) {
        const again = await server.ok("job_start", { ...args, [name]: first });
        expect(again.data.jobs[0]).toMatchObject({ id: data.jobs[0].id, repeated: true });
        for (const dry_run of [false, true]) {
          const text = await server.refusal("job_start", { ...args, [name]: second, dry_run });
          expect(text).toMatch(/^conflict: request_id "r1" was already used for job job-/);
          expect(text).toContain(`(${name})`);
        }
      }
      expect(await listAll(platform)).toHaveLength(1);
      await other.client.close();
      await restarted.close();
    },
  );
});
