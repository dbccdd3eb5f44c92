import { describe, expect, test } from "vitest";
import { parseVolumes } from "../../src/client/volumes.ts";

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
        { storage_uri: "storage://default/acme/vision/a", container_path: "/mnt", read_only: true },
        { storage_uri: "storage://default/acme/vision", container_path: "/all", read_only: false },
        { storage_uri: "storage://west/o/p/x", container_path: "/w", read_only: false },
      ],
      secretFiles: [{ secret_uri: "secret://default/acme/vision/k", container_path: "/k" }],
      diskVolumes: [{ disk_uri: "disk://default/acme/vision/d", container_path: "/m", read_only: true }],
    });
  });

  test.each([
    "storage:a:/mnt:xx",
    "secret:k:/k:ro",
    "/local:/mnt",
    "storage:a",
    "HOME",
    "ALL",
    "file:a:/mnt",
    "a:b:c:d:e",
  ])("refuses %s", (text) => {
    expect(() => parseVolumes([text], BASE)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });
});
