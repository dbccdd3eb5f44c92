import { describe, expect, test } from "vitest";
import { identityOf } from "../../../src/emulator/state/tokens.ts";

const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;
const claim = "https://platform.neuromation.io/user";

// Source: protocol reference 1.6.
describe("the user of a token", () => {
  test.each<[string, object, string | undefined]>([
    ["identity", { identity: "bob" }, "bob"],
    ["the older claim", { [claim]: "carol" }, "carol"],
    ["identity first", { identity: "bob", [claim]: "carol" }, "bob"],
    ["neither", { sub: "bob" }, undefined],
  ])("is read from %s", (_title, claims, user) => {
    expect(identityOf(jwt(claims))).toBe(user);
  });
});
