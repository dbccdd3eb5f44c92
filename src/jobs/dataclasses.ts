import { z } from "zod";
import {
  container,
  diskVolume,
  httpPort,
  jobDescription,
  jobPriority,
  jobRestartPolicy,
  jobStatus,
  jobStatusHistory,
  jobStatusItem,
  jobTelemetry,
  preset,
  remoteImage,
  resources,
  secretFile,
  volume,
} from "../client/index.ts";

/** The documented dataclasses, by the names that the platform's documentation gives them; made when asked for. */
const DATACLASSES: Record<string, () => z.ZodType> = {
  JobDescription: () => jobDescription,
  JobStatusHistory: () => jobStatusHistory,
  JobStatusItem: () => jobStatusItem,
  JobStatus: () => jobStatus,
  JobRestartPolicy: () => jobRestartPolicy,
  JobPriority: () => jobPriority,
  JobTelemetry: () => jobTelemetry,
  Container: () => container,
  Resources: () => resources,
  HTTPPort: () => httpPort,
  RemoteImage: () => remoteImage,
  Volume: () => volume,
  DiskVolume: () => diskVolume,
  SecretFile: () => secretFile,
  Preset: () => preset,
};

export const dataclassNames = Object.keys(DATACLASSES);

/** JSON Schema 2020-12 of a dataclass; open, as the platform may send more than was documented. */
export function dataclassSchema(name: string): object | undefined {
  const schema = Object.hasOwn(DATACLASSES, name) ? DATACLASSES[name]?.() : undefined;
  if (schema === undefined) return undefined;
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    target: "draft-2020-12",
    io: "input",
    override: unbounded,
  });
  return { $schema, $id: `apolo://schemas/${name}`, title: name, ...rest };
}

/** The bounds that every integer of this language meets say nothing about the value. */
function unbounded({ jsonSchema }: { jsonSchema: { minimum?: number; maximum?: number } }): void {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}
