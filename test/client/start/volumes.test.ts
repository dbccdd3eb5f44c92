import { describe, expect, test } from "vitest";
import { parseVolumes } from "../../../src/client/start/volumes.ts";

const BASE = { cluster: "default", org: "acme", project: "vision" };

describe("parseVolumes", () => {
  test("sorts mounts by kind, read-write by default", () => {
    const texts = [
      "storage:a:/mnt:ro",
      "storage::/all",
      "storage://west/o/p/x:/w:rw",
      "secret:k:/k",
      "disk:d:/m:ro",
    ];

    expect(parseVolumes(texts, BASE)).toEqual({
      volumes: [
        { src_storage_uri: "storage://default/acme/vision/a", dst_path: "/mnt", read_only: true },
        { src_storage_uri: "storage://default/acme/vision", dst_path: "/all", read_only: false },
        { src_storage_uri: "storage://west/o/p/x", dst_path: "/w", read_only: false },
      ],
      secret_volumes: [{ src_secret_uri: "secret://default/acme/vision/k", dst_path: "/k" }],
      disk_volumes: [{ src_disk_uri: "disk://default/acme/vision/d", dst_path: "/m", read_only: true }],
    });
  });

  test.for([
    ["storage:runs/10:30:/mnt", "storage://default/acme/vision/runs/10:30", false],
    ["storage:10:30:/mnt:ro", "storage://default/acme/vision/10:30", true],
    ["storage:a:b:c:/mnt:rw", "storage://default/acme/vision/a:b:c", false],
    ["storage://west/o/p/10:30:/mnt:rw", "storage://west/o/p/10:30", false],
    ["storage:odd:/name:/mnt:ro", "storage://default/acme/vision/odd:/name", true],
    ["storage:a%3Ab:/mnt", "storage://default/acme/vision/a%3Ab", false],
  ] as const)("takes the colons in %s as part of the path", ([text, src_storage_uri, read_only]) => {
    expect(parseVolumes([text], BASE).volumes).toEqual([{ src_storage_uri, dst_path: "/mnt", read_only }]);
  });

  test.each([
    "storage:a:/mnt:xx",
    "storage:a:mnt",
    "storage:10:30",
    "secret:k:/k:rw",
    "secret:k:/k:ro",
    "/local:/mnt",
    "storage:a",
    "HOME",
    "ALL",
    "file:a:/mnt",
    "a:b:c:d:e",
    "storage:a:/mnt:ro:x",
  ])("refuses %s", (text) => {
    expect(() => parseVolumes([text], BASE)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });

  test.for([
    ["storage:a:/mnt:xx", '"xx" is neither ro nor rw'],
    ["storage:a", "write URI:CONTAINER_PATH[:ro|rw], e.g. storage:data:/mnt:ro"],
    ["HOME", "HOME and ALL are no longer supported; write storage::/path"],
    ["ALL", "HOME and ALL are no longer supported; write storage::/path"],
    ["secret:k:/k:ro", "a secret takes no mode; write secret:KEY:/path"],
  ] as const)("says what is wrong with %s", ([text, why]) => {
    expect(() => parseVolumes([text], BASE)).toThrow(
      expect.objectContaining({ about: "volumes", message: `Volume "${text}" is not valid: ${why}.` }),
    );
  });

  test("quotes only the beginning of a long one, and names the argument for any fault", () => {
    const long = "x".repeat(100);
    expect(() => parseVolumes([long], BASE)).toThrow(`Volume "${long.slice(0, 80)}" is not valid`);
    for (const text of ["file:a:/mnt", "secret://me@c/o/p/k:/mnt"])
      expect(() => parseVolumes([text], BASE)).toThrow(expect.objectContaining({ about: "volumes" }));
  });
});
