import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { makeRedactor } from "../../../src/jobs/redact/index.ts";
import { marked } from "../../support/marked.ts";

const redact = makeRedactor();
const forms = readFileSync(new URL("../../fixtures/redaction/issued.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

const DIGITS = "0123456789";
const SMALL = "abcdefghijklmnopqrstuvwxyz";
const LARGE = SMALL.toUpperCase();
const ALPHABETS = new Map([
  ["b", SMALL + LARGE + DIGITS],
  ["l", SMALL + DIGITS],
  ["u", LARGE + DIGITS],
  ["h", `${DIGITS}abcdef`],
  ["w", `${SMALL}${LARGE}${DIGITS}_-`],
  ["s", `${SMALL}${LARGE}${DIGITS}+/`],
  ["d", DIGITS],
]);
const UUID = "{h8}-{h4}-4{h3}-{h4}-{h12}";
const EACH = 8;

/** Numbers from 0 to below `end` that are the same in every run (mulberry32). */
function numbers(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * end);
  };
}

/** Ends with a letter or digit, as a text around it would otherwise go on. */
function tokenOf(form: string, next: (end: number) => number): string {
  return form
    .replaceAll("{U}", UUID)
    .replace(/\{([a-z])(\d+)\}/g, (_all, alphabetName: string, count: string) => {
      const alphabet = ALPHABETS.get(alphabetName) ?? "";
      const one = (from: string) => from.charAt(next(from.length));
      const body = Array.from({ length: Number(count) - 1 }, () => one(alphabet)).join("");
      return body + one(alphabet.replace(/[^A-Za-z0-9]/g, ""));
    });
}

function leaks(around: (value: string) => string, seed: number): string[] {
  const next = numbers(seed);
  return forms.filter((form) => {
    const values = Array.from({ length: EACH }, () => tokenOf(form, next));
    return values.some((value) => {
      const { text } = redact(around(value));
      return text.includes(value.slice(-12)) || text.includes(value.slice(0, 15));
    });
  });
}

describe("what an issuer gave out, with random characters of its length and alphabet", () => {
  test.each<[string, (value: string) => string]>([
    ["alone", (value) => value],
    ["in a sentence", (value) => `client started with ${value}, ready`],
    ["in a line of a log", (value) => `2026-11-22T10:00:00Z INFO [worker 3] using ${value} for eu-1`],
    ["in an environment", (value) => `MODE=train\nSERVICE=${value}\nLANG=C.UTF-8`],
    ["in JSON", (value) => JSON.stringify({ id: 1, value, name: "x" })],
    ["in YAML", (value) => `service:\n  id: 4\n  value: ${value}\n  name: x`],
    ["in a URL", (value) => `GET https://api.example/v1/items?page=2&v=${value}&sort=asc`],
  ])("is hidden %s", (_where, around) => {
    expect(leaks(around, 24)).toEqual([]);
  });

  test("is hidden whole, and nothing beside it", () => {
    const next = numbers(7);
    const left = forms
      .map((form) => redact(`a ${tokenOf(form, next)} b`).text)
      .filter((text) => !/^a \[redacted\](?:=|==)? b$/.test(text));
    expect(left).toEqual([]);
  });
});

describe("what looks like it", () => {
  test.each([
    ["models", "sk-learn-intelex-2026 hf_transfer r8_lora_v2 xai-grok-2-mini nvapi-client gsk_model"],
    ["more models", "meta-llama/Llama-3.1-70B-Instruct-AWQ-INT4 ggml-model-q4_0.gguf bge-m3-v1.5-onnx-int8"],
    ["tests", "test_convolution2dtransposegradient test_resnet50largebatch live_reloadserverrestarted"],
    ["words", "account-administratorpages master-replicationlagwatch secret_rotationhandlers key-management"],
    [
      "identifiers",
      "ptr_to_first_element_of_the_array web_applicationserverconfiguration api_versionnegotiation",
    ],
    ["devices", "nfc_reader_device_configuration_manager_x act_quantizationobserversteps sq_relu_activation"],
    ["hashes", "9fceb02d0ae598e95dc970b74767f19372d61af8 d41d8cd98f00b204e9800998ecf8427e"],
    ["digests", "sha256:2d4f7b1c6e5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c sha256-abc"],
    ["ids", "job-1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d api-550e8400-e29b-41d4-a716-446655440000"],
    [
      "public keys of issuers",
      "sub-c-550e8400-e29b-41d4-a716-446655440000 cus_NffrFeUfNV2Hib AIDAJ2EXAMPLE3ID4",
    ],
    ["metrics", "sl.loss=0.312 t1.latency_ms=12 na1.throughput=1843 v1.0-rc1 v2/metrics pk.count=3"],
    ["files", "/usr/lib/python3.11/site-packages/torch/nn/modules/conv.py ckpt/pat.epoch=12-step=3000.ckpt"],
    [
      "wheels",
      "nvidia_cudnn_cu12-8.9.2.26-py3-none-manylinux1_x86_64.whl npm_config_registry rubygems_update-3.5",
    ],
    ["packages", "@types/node@20.14.2 pypi-simple==1.5.0 ion-js@5.2.0 ico-convert@1.0.1 shippo_client-2.0"],
    ["variables", "API_KEY_ROTATION_PERIOD_IN_DAYS KEY_VALUE_STORE_MAXIMUM_ENTRIES_PER_SHARD=4096"],
    ["base64", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
  ])("stays as it is: %s", (_what, text) => {
    expect(text.split(" ").filter((word) => redact(`loading ${word} now`).hidden > 0)).toEqual([]);
    expect(redact(text)).toEqual({ text, hidden: 0 });
  });
});

describe("a prefix that words have too", () => {
  test.each([
    ["few changes of case", "NF-AAAAAAAAaaaaaaaaaaaaAAAAAAAAAAAa"],
    ["more of them", "⟦NF-AAAAAAAAaaaaaaaaaaaaAAAAAAaaaaaA⟧"],
    ["few changes to and from digits", "NF-AAAAAAAA1111aaaaAAAAAAAAAAAAAAAA"],
    ["more of both", "⟦NF-AAAAAAAA1111aaaaAAAAAAAAAAAAAAA1⟧"],
    ["digits among small letters", "⟦NF-aaaaaaaaaaaa1111aaaa1111aaaaaaaa⟧"],
    ["digits among large letters", "⟦NF-AAAAAAAAAAAA1111AAAA1111AAAAAAAA⟧"],
    ["few changes of each word", `KEY-${"A1a-".repeat(13)}aa`],
    ["many of one word", `⟦KEY${"-".repeat(45)}a1b2c3d4e5⟧`],
    ["many, in an identifier", "my_NF-a1b2c3d4e5a1b2c3d4e5a1b2c3d4e5a1"],
    ["many, and goes on", "NF-a1b2c3d4e5a1b2c3d4e5a1b2c3d4e5a1b"],
    ["digits alone", "hf_0123456789"],
    ["digits and letters", "⟦hf_01234x5678⟧"],
    ["digits alone behind another", "npm_01234567890123456789"],
    ["words", "sk-learn-intelex-2026"],
    ["a key of Fireworks", "⟦fw_x1y2z3w4v5u6t7s8r9q0⟧"],
    ["a longer token of PyPI", `⟦pypi-${"x1y2z3w4v5".repeat(5)}⟧`],
    ["a key of Twilio with few changes", `⟦SK${"a".repeat(16)}${"1".repeat(16)}⟧`],
    ["a long run of letters", `⟦sk-${"abcdefghijkl".repeat(4).slice(0, 37)}⟧`],
    ["a shorter one", `sk-${"abcdefghijkl".repeat(4).slice(0, 36)}`],
  ])("says nothing unless the rest is at random: %s", (_what, text) => {
    for (const around of [text, `using ${text}, then`]) {
      const { redacted, expected } = marked(around);
      expect(redacted).toEqual(expected);
    }
  });
});
