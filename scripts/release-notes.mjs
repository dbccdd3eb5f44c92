// What a release says: the changelog's section of the version that the tag names. Ends with 1 where tag, package.json
// and changelog do not agree.
import { readFileSync } from "node:fs";

const root = new URL("..", import.meta.url);
const { version } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));

/** The text below `## VERSION`, up to the next one. */
function section(changelog) {
  const [, ...sections] = changelog.split(/^## /m);
  const found = sections.find((text) => text.split(/[\s(]/, 1)[0] === version);
  return found?.slice(found.indexOf("\n")).trim();
}

const tag = process.argv[2];
const notes = section(readFileSync(new URL("CHANGELOG.md", root), "utf8"));
const problem =
  tag !== `v${version}`
    ? `the tag is ${tag}, package.json has ${version}: expected v${version}`
    : !notes && `CHANGELOG.md has no section "## ${version}": rename "Unreleased"`;
if (problem) {
  console.error(`release-notes: ${problem}`);
  process.exitCode = 1;
} else console.log(notes);
