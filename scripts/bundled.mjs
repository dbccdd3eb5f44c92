// Which packages the bundle holds: their licence texts go beside it, their sizes into docs/dependencies.md, their list
// into the bill of materials.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** Folder of each package in these metafiles of esbuild, with the bytes of it in all outputs. */
function packages(metafiles) {
  const bytes = new Map();
  const inputs = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs)),
  );
  for (const [path, { bytesInOutput }] of inputs) {
    const folder = PACKAGE.exec(path)?.[1];
    if (folder && bytesInOutput > 0) bytes.set(folder, (bytes.get(folder) ?? 0) + bytesInOutput);
  }
  return bytes;
}

function licenceText(folder) {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name));
  return file ? readFileSync(join(folder, file), "utf8").trim() : undefined;
}

function withoutText(by, license) {
  if (license !== "Apache-2.0") throw new Error(`a package under ${license} brings no licence text: add it`);
  return `By ${by ?? "its authors"}, under the Apache License, version 2.0, whose text is in LICENSE.`;
}

/** Writes `bundled.json` and `THIRD-PARTY.txt` into the folder of the bundle. */
export function writeBundled(metafiles, folder) {
  const bundled = [...packages(metafiles)].map(([path, bytes]) => {
    const { name, version, license, author } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    return { name, version, license, bytes, by: author?.name ?? author, text: licenceText(path) };
  });
  bundled.sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
  const listed = bundled.map(({ name, version, license, bytes }) => ({ name, version, license, bytes }));
  writeFileSync(join(folder, "bundled.json"), `${JSON.stringify(listed, null, 1)}\n`);
  const notices = bundled.map(({ name, version, license, by, text }) =>
    [`${name} ${version} (${license})`, text ?? withoutText(by, license)].join("\n\n"),
  );
  writeFileSync(join(folder, "THIRD-PARTY.txt"), `${notices.join(`\n\n${"=".repeat(80)}\n\n`)}\n`);
}
