import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { dataclassNames, dataclassSchema } from "../../src/jobs/dataclasses.ts";
import { sampleJob } from "../jobs/sample-job.ts";

const job = sampleJob({
  history: {
    reason: "OOMKilled",
    exit_code: 137,
    transitions: [
      { status: "pending", transition_time: "2026-11-22T10:00:00+00:00", reason: "Creating" },
      { status: "failed", transition_time: "2026-11-22T11:00:00+00:00", reason: "OOMKilled", exit_code: 137 },
    ],
  },
  container: {
    http: { port: 8080, requires_auth: true, health_check_path: "/" },
    volumes: [
      { storage_uri: "storage://default/acme/vision/data", container_path: "/data", read_only: true },
    ],
    secret_files: [{ secret_uri: "secret://default/acme/vision/key", container_path: "/key" }],
    disk_volumes: [{ disk_uri: "disk://default/acme/vision/d", container_path: "/disk", read_only: false }],
  },
});
const { container, history } = job;

const EXAMPLES: Record<string, unknown> = {
  JobDescription: job,
  JobStatusHistory: history,
  JobStatusItem: history.transitions[1],
  JobStatus: "running",
  JobRestartPolicy: "on-failure",
  JobPriority: "high",
  JobTelemetry: { cpu: 0.5, memory_bytes: 1_048_576, timestamp: 1_795_000_000.5, gpu_duty_cycle: 90 },
  Container: container,
  Resources: container.resources,
  HTTPPort: container.http,
  RemoteImage: container.image,
  Volume: container.volumes[0],
  DiskVolume: container.disk_volumes[0],
  SecretFile: container.secret_files[0],
  Preset: {
    ...{ name: "a100", credits_per_hour: "45.5", cpu: 12, memory: 128_849_018_880 },
    nvidia_gpu: { count: 1, model: "NVIDIA-A100-SXM4-80GB", memory: 85_899_345_920 },
    ...{ scheduler_enabled: false, preemptible_node: false },
    ...{ resource_pool_names: ["a100"], available_resource_pool_names: ["a100"] },
  },
};

/** Each property of a schema, at any depth, with its path. */
function* properties(node: unknown, path: string): Generator<[string, object]> {
  if (typeof node !== "object" || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === "properties")
      for (const [name, schema] of Object.entries(Object(value))) yield [`${path}.${name}`, Object(schema)];
    yield* properties(value, `${path}.${key}`);
  }
}

describe.each(dataclassNames)("the schema of %s", (name) => {
  const schema = dataclassSchema(name) ?? {};

  test("is JSON Schema 2020-12 that its example meets and a broken one does not", () => {
    expect(schema).toMatchObject({ $schema: "https://json-schema.org/draft/2020-12/schema", title: name });
    const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
    const example = EXAMPLES[name];
    expect(validate(example), JSON.stringify(validate.errors)).toBe(true);
    expect(
      validate(typeof example === "string" ? "no such word" : { ...Object(example), ...broken(example) }),
    ).toBe(false);
  });

  test("says what each value means", () => {
    expect(schema).toHaveProperty("description");
    for (const [path, property] of properties(schema, name)) {
      expect(property, path).toHaveProperty("description", expect.stringMatching(/\w{2}/));
    }
  });

  test("names a unit with every quantity", () => {
    const quantity = /(?:memory|cpu|_seconds|life_span|_timeout|_cycle|credits|timestamp|_bytes)/;
    const unit = /bytes|cores|seconds|credits|percent/i;
    for (const [path, property] of properties(schema, name)) {
      if (quantity.test(path.split(".").at(-1) ?? "")) {
        expect(property, path).toHaveProperty("description", expect.stringMatching(unit));
      }
    }
  });
});

describe("an unknown dataclass", () => {
  test.each(["Job", "constructor", "__proto__"])("has no schema: %s", (name) => {
    expect(dataclassSchema(name)).toBeUndefined();
  });
});

/** The first property with a value of no possible type. */
function broken(example: unknown): object {
  const [key = "any"] = Object.keys(Object(example));
  return { [key]: [{ wrong: true }] };
}
