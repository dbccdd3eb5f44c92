import { PlatformError } from "../client/index.ts";
import { dataclassNames, dataclassSchema } from "../jobs/dataclasses.ts";
import { nearestNames } from "../jobs/names/near.ts";
import type { Resource } from "./define-resource.ts";

export const schemas: Resource = {
  name: "schemas",
  title: "Schema of a dataclass",
  description: `JSON Schema 2020-12 of a documented dataclass, with meanings and units: ${dataclassNames.join(", ")}.`,
  uriTemplate: "apolo://schemas/{dataclass}",
  mimeType: "application/json",
  async read({ dataclass = "" }) {
    const schema = dataclassSchema(dataclass);
    if (schema !== undefined) return JSON.stringify(schema);
    const [near] = nearestNames(dataclass, dataclassNames);
    const hint = near === undefined ? "" : `Did you mean ${near}? `;
    throw new PlatformError(
      "not_found",
      `There is no dataclass ${dataclass.slice(0, 80)}. ${hint}Dataclasses: ${dataclassNames.join(", ")}.`,
    );
  },
};
