import { expect, test } from "vitest";
import { validationText } from "../../../src/client/http/data-error.ts";
import { expect as expectCall, test as withServer } from "../../support/fixtures.ts";

test.each([
  [
    `{'name': DataError("{0: DataError('value should be None'), 1: DataError('String is shorter than 3 characters')}")}`,
    "name: String is shorter than 3 characters",
  ],
  ["{'tags': DataError('list length is greater than 16')}", "tags: list length is greater than 16"],
  [
    `{'name': DataError('blank value is not allowed'), 'priority': DataError("value doesn't match any variant")}`,
    "name: blank value is not allowed; priority: value doesn't match any variant",
  ],
  [
    String.raw`{'volumes': DataError('{0: DataError(\'{\\\'src_storage_uri\\\': DataError(\\\'is required\\\')}\')}')}`,
    "volumes.0.src_storage_uri: is required",
  ],
  ["no such job", "no such job"],
  ["{'a': 1}", "{'a': 1}"],
  ["{", "{"],
])("reads %s", (text, words) => {
  expect(validationText(text)).toBe(words);
});

withServer("the platform's validator is told in words", async ({ platform }) => {
  await expectCall(platform.jobs.start({ image: "ubuntu", name: "x" })).rejects.toThrow(
    /failed: name: String is shorter than 3 characters$/,
  );
});
