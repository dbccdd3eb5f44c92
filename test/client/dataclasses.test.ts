import { expect, expectTypeOf, test } from "vitest";
import type { z } from "zod";
import * as config from "../../src/client/config/preset.ts";
import type * as types from "../../src/client/dataclasses.ts";
import * as job from "../../src/client/job.ts";
import { dataclassesPage } from "../support/dataclasses-page.ts";

test("the types of the dataclasses are made of their schemas", async () => {
  const page = dataclassesPage({
    JobStatus: job.jobStatus,
    JobRestartPolicy: job.jobRestartPolicy,
    JobPriority: job.jobPriority,
    JobStatusItem: job.jobStatusItem,
    JobStatusHistory: job.jobStatusHistory,
    HTTPPort: job.httpPort,
    Resources: job.resources,
    RemoteImage: job.remoteImage,
    Volume: job.volume,
    SecretFile: job.secretFile,
    DiskVolume: job.diskVolume,
    Container: job.container,
    JobDescription: job.jobDescription,
    JobTelemetry: job.jobTelemetry,
    Gpu: config.gpu,
    Preset: config.preset,
  });
  await expect(page).toMatchFileSnapshot("../../src/client/dataclasses.ts");
});

test("the types of the dataclasses are what their schemas infer", () => {
  expectTypeOf<types.JobDescription>().toEqualTypeOf<z.infer<typeof job.jobDescription>>();
  expectTypeOf<types.JobTelemetry>().toEqualTypeOf<z.infer<typeof job.jobTelemetry>>();
  expectTypeOf<types.Preset>().toEqualTypeOf<z.infer<typeof config.preset>>();
});
