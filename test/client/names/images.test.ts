import { describe, expect, test } from "vitest";
import { imageOfJob, imageToString, isPlatformImage, parseImage } from "../../../src/client/names/images.ts";

const cluster = (name: string) => ({
  name,
  orgs: ["my-org", "research"],
  registry: `registry.${name}.example`,
  monitoringUrl: "",
  presets: [],
});
const AT = {
  base: { cluster: "default", org: "my-org", project: "my-proj" },
  clusters: [cluster("default"), cluster("west")],
  images: new Map(),
};

describe("parseImage", () => {
  test.each([
    ["ubuntu", "ubuntu:latest"],
    ["library/ubuntu:22.04", "library/ubuntu:22.04"],
    ["ghcr.io/org/img:1", "ghcr.io/org/img:1"],
    ["localhost:5001/a/b:1", "localhost:5001/a/b:1"],
    ["localhost:5001/a", "localhost:5001/a:latest"],
    ["image:img", "registry.default.example/my-org/my-proj/img:latest"],
    ["image:sub/img:v1", "registry.default.example/my-org/my-proj/sub/img:v1"],
    ["image:/proj2/img", "registry.default.example/my-org/proj2/img:latest"],
    ["image:/my-org/my-proj/img:v1", "registry.default.example/my-org/my-org/my-proj/img:v1"],
    ["image://default/my-proj/img", "registry.default.example/my-org/my-proj/img:latest"],
    ["image://default/my-org/my-proj/img:v1", "registry.default.example/my-org/my-proj/img:v1"],
    ["image://default/org2/proj2/img", "registry.default.example/my-org/org2/proj2/img:latest"],
    ["image://west/my-org/my-proj/img", "registry.west.example/my-org/my-proj/img:latest"],
    ["registry.default.example/my-org/my-proj/img:t", "registry.default.example/my-org/my-proj/img:t"],
    ["registry.default.example/proj/img", "registry.default.example/my-org/proj/img:latest"],
    ["image://default/research/lab/img:v1", "registry.default.example/research/lab/img:v1"],
    ["image://west/research/lab/sub/img", "registry.west.example/research/lab/sub/img:latest"],
    ["image://default/research/img", "registry.default.example/my-org/research/img:latest"],
    ["registry.default.example/research/lab/img:v1", "registry.default.example/research/lab/img:v1"],
    ["registry.west.example/unlisted/lab/sub/img:v1", "registry.west.example/unlisted/lab/sub/img:v1"],
  ])("reads %s", (text, expected) => {
    expect(imageToString(parseImage(text, AT))).toBe(expected);
  });

  test.each([
    "",
    "-x",
    "image:latest",
    "image:",
    "Ubuntu",
    "ubuntu:",
    ":tag",
    "a:b:c",
    "a__b",
    "ubuntu@sha256:00",
    "image:x?y",
    "image:x#y",
    "image://nowhere/p/x",
    "image:/only-project",
    `ubuntu:${"x".repeat(129)}`,
    "ubuntu:-x",
  ])("refuses %s", (text) => {
    expect(() => parseImage(text, AT)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });

  test("knows the platform's own images", () => {
    expect([isPlatformImage(parseImage("image:x", AT)), isPlatformImage(parseImage("x", AT))]).toEqual([
      true,
      false,
    ]);
  });
});

describe("imageOfJob", () => {
  test("keeps a reference of unknown form whole", () => {
    expect(imageOfJob("ubuntu@sha256:00", AT)).toEqual({ name: "ubuntu@sha256:00" });
  });

  test.each(["registry.default.example/research/lab/img:v1", "registry.west.example/unlisted/lab/img:v1"])(
    "gives back %s, whatever org the caller works in",
    (text) => {
      expect(imageToString(imageOfJob(text, AT))).toBe(text);
    },
  );

  test("takes a platform image apart", () => {
    expect(imageOfJob("registry.west.example/my-org/my-proj/sub/img:v1", AT)).toEqual({
      name: "sub/img",
      tag: "v1",
      registry: "registry.west.example",
      cluster_name: "west",
      org_name: "my-org",
      project_name: "my-proj",
    });
  });
});
