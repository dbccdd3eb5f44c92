// The bill of materials of the package, as CycloneDX: npm's, cut to what the bundle holds.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const bundled = JSON.parse(readFileSync("dist/bundled.json", "utf8"));
const { name, version } = JSON.parse(readFileSync("package.json", "utf8"));
const all = JSON.parse(
  execFileSync("npm", ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"], {
    encoding: "utf8",
    maxBuffer: 64 * 2 ** 20,
    shell: process.platform === "win32",
  }),
);

const reference = (part) => `${part.name}@${part.version}`;
const held = new Set(bundled.map(reference));
const components = all.components.filter((component) => held.has(component["bom-ref"]));
const missing = [...held].filter((ref) => !components.some((component) => component["bom-ref"] === ref));
if (missing.length > 0) throw new Error(`the lockfile does not have ${missing.join(", ")}`);

const itself = { ...all.metadata.component, name, "bom-ref": `${name}@${version}`, type: "application" };
const dependencies = [
  { ref: itself["bom-ref"], dependsOn: [...held] },
  ...all.dependencies
    .filter(({ ref }) => held.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => held.has(other)) })),
];
// Development dependencies of ours are what the package is made of: npm marks them as left out. Where they were
// downloaded is no property of theirs.
const required = components.map(({ externalReferences = [], ...component }) => ({
  ...component,
  scope: "required",
  externalReferences: externalReferences.filter(({ type }) => type !== "distribution"),
}));
const bom = { ...all, metadata: { ...all.metadata, component: itself }, components: required, dependencies };
writeFileSync("dist/sbom.cdx.json", `${JSON.stringify(bom)}\n`);
