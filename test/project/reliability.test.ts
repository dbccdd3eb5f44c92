import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DOCUMENT, rowOf, rowsOf } from "../support/fault-table.ts";
import { faultTests } from "../support/fault-tests.ts";

test("docs/reliability.md tells of each test that tries a fault, and of no other: npm run reliability", () => {
  expect(rowsOf(readFileSync(DOCUMENT, "utf8"))).toEqual(faultTests().map(rowOf));
});
