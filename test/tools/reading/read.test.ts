import { describe, expect, test } from "vitest";
import { z } from "zod";
import { command, duration, env, jobRefs, statuses, tags, textArg as text } from "../../../src/tools/args.ts";
import { hinted } from "../../../src/tools/reading/hint.ts";
import { readCall } from "../../../src/tools/reading/index.ts";
import { startInput } from "../../../src/tools/start/input.ts";

const input = z.strictObject({
  jobs: jobRefs.optional(),
  tags: tags.optional(),
  status: statuses.optional(),
  lines: z.int().min(1).optional(),
  share: z.number().optional(),
  wait_seconds: hinted(z.int().min(0).max(50), { seconds: true, example: 45 }).optional(),
  follow: z.boolean().default(false),
  order: z.enum(["on-failure", "never"]).optional(),
  volumes: startInput.shape.volumes,
  name: text("train-7b").optional(),
  stdin: text("yes", { verbatim: true, mayBeEmpty: true }).optional(),
  life_span: duration.optional(),
  command: command.optional(),
  argv: hinted(z.array(z.string()), { program: true, example: ["ls"] }).optional(),
  env: env.optional(),
  matrix: z.record(z.string(), z.array(z.string())).optional(),
});

function read(args: Record<string, unknown>) {
  const call = readCall({ name: "job_try", input }, args);
  if ("refusal" in call) throw new Error(call.refusal);
  return call.args;
}

describe("arguments that are meant without doubt", () => {
  test.each([
    [{ lines: "5" }, { lines: 5 }],
    [{ lines: " 5 " }, { lines: 5 }],
    [{ lines: "5.0" }, { lines: 5 }],
    [{ share: "0.25" }, { share: 0.25 }],
    [{ share: "1e-3" }, { share: 0.001 }],
    [{ follow: "true" }, { follow: true }],
    [{ follow: "False" }, { follow: false }],
    [{ jobs: "a" }, { jobs: ["a"] }],
    [{ jobs: '["a", "b"]' }, { jobs: ["a", "b"] }],
    [{ jobs: "a, b" }, { jobs: ["a", "b"] }],
    [{ job: "a" }, { jobs: ["a"] }],
    [{ tags: "a, b c" }, { tags: ["a", "b", "c"] }],
    [{ tags: ["a,b"] }, { tags: ["a,b"] }],
    [{ tags: 2024 }, { tags: ["2024"] }],
    [{ tags: [2024] }, { tags: ["2024"] }],
    [{ tag: "x" }, { tags: ["x"] }],
    [{ status: "RUNNING" }, { status: ["running"] }],
    [{ status: "running,Pending" }, { status: ["running", "pending"] }],
    [{ status: "failed cancelled" }, { status: ["failed", "cancelled"] }],
    [{ status: "active" }, { status: ["pending", "suspended", "running"] }],
    [{ status: ["finished", "failed"] }, { status: ["succeeded", "failed", "cancelled"] }],
    [{ order: "on_failure" }, { order: "on-failure" }],
    [{ order: "OnFailure" }, { order: "on-failure" }],
    [{ wait_seconds: "30s" }, { wait_seconds: 30 }],
    [{ wait_seconds: "0.5 min" }, { wait_seconds: 30 }],
    [
      { "Life Span": "6h", "wait.seconds": 5 },
      { life_span: "6h", wait_seconds: 5 },
    ],
    [{ order: " Never " }, { order: "never" }],
    [{ name: " a " }, { name: "a" }],
    [{ order: "on failure" }, { order: "on-failure" }],
    [{ name: "" }, {}],
    [{ name: ["a"] }, { name: "a" }],
    [{ life_span: ["6h"] }, { life_span: "6h" }],
    [{ lines: "null", share: "None", order: "undefined", env: [] }, {}],
    [{ names: ["a"] }, { name: "a" }],
    [{ jobs: "," }, {}],
    [{ Tag: "x" }, { tags: ["x"] }],
    [{ " lines ": 5 }, { lines: 5 }],
    [{ tags: "['a', 'b']" }, { tags: ["a", "b"] }],
    [{ jobs: "a," }, { jobs: ["a"] }],
    [{ volumes: "storage:a:/x,secret:b:/y" }, { volumes: ["storage:a:/x", "secret:b:/y"] }],
    [{ volumes: "storage:a,b:/x" }, { volumes: ["storage:a,b:/x"] }],
    [{ command: ["sleep", 5] }, { command: "sleep 5" }],
    [{ command: ["python x.py"] }, { command: "python x.py" }],
    [{ command: "['python', 'x.py']" }, { command: "python x.py" }],
    [{ command: "[ -f x ]" }, { command: "[ -f x ]" }],
    [{ env: "{'A': '1'}" }, { env: { A: "1" } }],
    [{ env: { constructor: "x", toString: 1 } }, { env: { constructor: "x", toString: "1" } }],
    [{ envs: ["A=1"] }, { env: { A: "1" } }],
    [{ env: "OPTS=-Da=b -Dc=d" }, { env: { OPTS: "-Da=b -Dc=d" } }],
    [{ matrix: { amp: [true, false] } }, { matrix: { amp: ["true", "false"] } }],
    [{ name: null, lines: null, tags: null, follow: null }, {}],
    [{ tags: [], env: {}, lines: "" }, { env: {} }],
    [{ stdin: "" }, { stdin: "" }],
    [{ stdin: " x\n" }, { stdin: " x\n" }],
    [{ life_span: 3600 }, { life_span: "3600s" }],
    [{ life_span: "3600" }, { life_span: "3600s" }],
    [{ lifeSpan: "6h" }, { life_span: "6h" }],
    [{ "life-span": "6h" }, { life_span: "6h" }],
    [{ command: ["python", "x.py", "a b"] }, { command: "python x.py 'a b'" }],
    [{ command: '["python", "x.py"]' }, { command: "python x.py" }],
    [{ command: "python x.py" }, { command: "python x.py" }],
    [{ argv: "nvidia-smi" }, { argv: ["nvidia-smi"] }],
    [{ env: ["A=1", "B=x=y"] }, { env: { A: "1", B: "x=y" } }],
    [{ env: "A=1" }, { env: { A: "1" } }],
    [{ env: '{"A": 1, "B": true}' }, { env: { A: "1", B: "true" } }],
    [{ env: '["A=1"]' }, { env: { A: "1" } }],
    [{ env: [{ name: "A", value: 1 }] }, { env: { A: "1" } }],
    [{ env: { A: "", B: " b " } }, { env: { A: "", B: " b " } }],
    [{ matrix: '{"lr": "0.1", "bs": [16, 32]}' }, { matrix: { lr: ["0.1"], bs: ["16", "32"] } }],
  ])("%j", (given, meant) => {
    const { follow, ...rest } = read(given);
    expect({ ...rest, ...("follow" in given && given.follow !== null ? { follow } : {}) }).toEqual(meant);
  });
});

describe("arguments that cannot be read without loss", () => {
  test.each([
    [{ lines: "five" }, 'lines: give a whole number of at least 1; got "five". E.g. {"lines":1}'],
    [{ lines: "1.5" }, 'lines: give a whole number of at least 1; got "1.5"'],
    [{ lines: 1.5 }, "got 1.5"],
    [{ lines: true }, "got true"],
    [{ lines: [5] }, "got a list of 1"],
    [{ follow: "yes" }, 'follow: give true or false; got "yes". E.g. {"follow":true}'],
    [{ follow: 1 }, "got 1"],
    [
      { status: "runing" },
      'status.0: give any of pending, suspended, running, succeeded, failed, cancelled, active, finished; got "runing", did you mean running? E.g. {"status":["running"]}',
    ],
    [{ status: "queued" }, "did you mean pending?"],
    [{ status: "done" }, "did you mean finished?"],
    [{ order: "always" }, 'order: give one of on-failure, never; got "always"'],
    [{ name: ["a", "b"] }, "name: give a text; got a list of 2"],
    [{ names: ["a", "b"] }, "names: unknown argument, did you mean name?"],
    [{ commands: ["ls", "pwd"] }, "commands: unknown argument, did you mean command?"],
    [{ command: ["cd /x", "ls"] }, "command: give a text; got a list of 2"],
    [{ command: [["ls"]] }, "command: give a text"],
    [{ name: [] }, "name: give a text; got an empty list"],
    [{ lines: [] }, "lines: give a whole number of at least 1; got an empty list"],
    [{ lines: "1e3" }, "lines: give"],
    [{ lines: "٥" }, "lines: give"],
    [
      { tags: "a,b" },
      'tags: give a list of texts; got "a,b", one of them or several? E.g. {"tags":["a","b"]}',
    ],
    [{ tags: "a;b c" }, '{"tags":["a","b","c"]}'],
    [
      { wait_seconds: "5m" },
      'wait_seconds: give a whole number from 0 to 50; got 300. E.g. {"wait_seconds":45}',
    ],
    [{ wait_seconds: "1.5s" }, 'got "1.5s"'],
    [{ tags: "[a, b]" }, 'tags: give a list of texts; got "[a, b]"'],
    [{ matrix: { lr: "0.1,0.2" } }, 'matrix.lr: give a list of texts; got "0.1,0.2"'],
    [{ matrix: ["lr=0.1, 0.2"] }, 'matrix.lr: give a list of texts; got "0.1, 0.2"'],
    [{ jobs: "[null]" }, "jobs.0: give a text"],
    [{ life_span: "None" }, 'life_span: "None" is not a length of time'],
    [{ job: "a", jobs: ["b"] }, "job: unknown argument"],
    [{ job: "a", Job: "b" }, "job: unknown argument"],
    [{ constructor: "x" }, "constructor: unknown argument"],
    [{ toString: ["x"] }, "toString: unknown argument"],
    [JSON.parse('{"__proto__": {"lines": 5}}'), "__proto__: unknown argument"],
    [JSON.parse('{"env": {"__proto__": "x"}}'), 'env: give an object; got "__proto__"'],
    [{ env: "__proto__=x" }, "env: give an object"],
    [{ env: "A=1\nB=2" }, 'env: give an object; got "A=1 ⏎ B=2". E.g. {"env":{"LR":"0.1"}}'],
    [{ env: "A=1,B=2" }, "env: give an object"],
    [{ env: { A: ["x"] } }, "env.A: give a text"],
    [{ env: { A: 2 ** 60 } }, "env.A: give a text"],
    [{ life_span: 6 }, 'life_span: "6" is not a length of time'],
    [{ life_span: "6" }, 'life_span: "6" is not a length of time'],
    [{ life_span: "soon" }, 'life_span: "soon" is not a length of time'],
    [{ argv: "ls -l" }, 'argv: give a list of texts; got "ls -l". E.g. {"argv":["ls"]}'],
    [{ env: "A=1 B=2\n" }, "env: give an object"],
    [{ env: ["A"] }, "env: give an object"],
    [{ env: ["A=1", "A=2"] }, "env: give an object; got a list of 2"],
    [{ env: { A: null } }, "env.A: give"],
    [{ tags: [2 ** 60] }, "tags.0"],
    [{ lnes: 5 }, 'lnes: unknown argument, did you mean lines? E.g. {"lines":1}'],
    [{ wholly: 5 }, "wholly: unknown argument."],
    [{ life_span: "1h", lifeSpan: "2h" }, "lifeSpan: unknown argument, did you mean life_span?"],
    [{ tag: "a", tags: ["b"] }, "tag: unknown argument"],
  ])("%j", (given, refusal) => {
    expect(() => read(given)).toThrow(refusal);
  });

  test("are quoted no longer than helps", () => {
    const long = "y".repeat(10_000_000);
    const call = readCall({ name: "job_try", input }, { lines: long, [long]: 1 });
    expect("refusal" in call && call.refusal.length).toBeLessThan(600);
  });
});
