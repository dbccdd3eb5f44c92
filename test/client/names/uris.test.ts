import { describe, expect, test } from "vitest";
import { parseJobUri, parseUri, type UriScheme } from "../../../src/client/names/uris.ts";

const BASE = { cluster: "default", org: "acme", project: "vision" };

describe("parseUri", () => {
  test.each([
    ["storage:", "storage://default/acme/vision"],
    ["storage:data/sub", "storage://default/acme/vision/data/sub"],
    ["storage:/nlp/data", "storage://default/acme/nlp/data"],
    ["storage:/org2/proj/data", "storage://default/acme/org2/proj/data"],
    ["storage:///x/y", "storage://default/acme/x/y"],
    ["storage://west/anything", "storage://west/anything"],
    ["storage://west", "storage://west"],
    ["storage:a b", "storage://default/acme/vision/a%20b"],
    ["storage:a%20b", "storage://default/acme/vision/a%20b"],
    ["storage:aé", "storage://default/acme/vision/a%C3%A9"],
    ["storage:123", "storage://default/acme/vision/123"],
    ["storage:../x", "storage://default/acme/x"],
    ["storage:../../../x", "storage://default/acme/x"],
    ["storage:a/./b", "storage://default/acme/vision/a/b"],
    ["storage:a//b/", "storage://default/acme/vision/a//b/"],
    ["STORAGE:x", "storage://default/acme/vision/x"],
    ["storage:a+b,c;d=e@f", "storage://default/acme/vision/a+b,c;d=e@f"],
    ["secret:key", "secret://default/acme/vision/key"],
    ["disk:/nlp/d", "disk://default/acme/nlp/d"],
  ])("makes %s absolute", (text, expected) => {
    const [scheme = ""] = text.toLowerCase().split(":");
    // The scheme is the text's own, one of those that the client knows.
    expect(parseUri(text, scheme as UriScheme, BASE)).toBe(expected);
  });

  test.each([
    "data",
    "http:x",
    "storage:~me/x",
    "storage:a?b",
    "storage:a#b",
    "storage://u@c/x",
    "storage://c:80/x",
  ])("refuses %s", (text) => {
    expect(() => parseUri(text, "storage", BASE)).toThrow(
      expect.objectContaining({ code: "invalid_argument" }),
    );
  });
});

describe("parseJobUri", () => {
  test.each([
    ["job:train", { ...BASE, ref: "train" }],
    ["job:/nlp/train", { ...BASE, project: "nlp", ref: "train" }],
    ["job://west/research/lab/train", { cluster: "west", org: "research", project: "lab", ref: "train" }],
  ])("takes %s apart", (text, expected) => {
    expect(parseJobUri(text, BASE)).toEqual(expected);
  });

  test.each(["job:", "job:/nlp", "job://west/train", "storage:x", "job:a/b/c"])("refuses %s", (text) => {
    expect(() => parseJobUri(text, BASE)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });
});
