import { describe, expect, test } from "vitest";
import { makeRedactor } from "../../../src/jobs/redact/index.ts";
import { marked } from "../../support/marked.ts";

const redact = makeRedactor();
const TAGS = [
  "!vault",
  "!!str",
  "!!binary",
  "!Sub",
  "!vault-encrypted",
  "!!python/object:app.Secret",
  "!<tag:yaml.org,2002:str>",
  "&pw !vault",
  "!vault &pw",
];

describe("a value behind a YAML tag", () => {
  test.each(TAGS)("is hidden behind %s, and nothing else", (tag) => {
    const hidden = (text: string) => text.replaceAll(/swordfish|two words/g, "[redacted]");
    const texts = [
      `secret_key: ${tag} swordfish`,
      `password: ${tag} 'two words'`,
      `api_key: ${tag} "swordfish"`,
      `  db_password:  ${tag} swordfish  # since May`,
      `- password: ${tag} swordfish`,
      `{password: ${tag} swordfish, user: alice}`,
      `secret_key: ${tag} two words\nmode: train`,
      `secret_key: ${tag} |\n  swordfish\n  swordfish\nmode: train`,
      `secret_key: ${tag} >-\n  two words\nmode: train`,
      `env:\n- name: DB_PASSWORD\n  value: ${tag} swordfish\n- name: MODE\n  value: train`,
      `2026-11-22T10:00:00Z INFO loaded secret_key: ${tag} swordfish`,
    ];
    expect(texts.map((text) => redact(text).text)).toEqual(texts.map(hidden));
    expect(texts.map((text) => redact(redact(text).text).hidden)).toEqual(texts.map(() => 0));
  });

  test("is hidden with its brackets", () => {
    expect(redact("password: !ENC[AES256_GCM,data:abc,iv:def,type:str]").text).toBe(
      "password: !ENC[redacted]",
    );
    expect(redact("password: [!vault one, !vault two]\nmode: train").text).toBe(
      "password: [redacted]\nmode: train",
    );
    expect(redact("password: !Join ['', [sword, fish]] # old").text).toBe("password: !Join [redacted] # old");
  });

  test("is hidden in each item of a list", () => {
    const text = redact("password:\n  - !vault swordfish\n  - !!str 'halibut'\nmode: train").text;
    expect(text).toMatch(/^password:\n {2}- !vault \[redacted\]\n.*\nmode: train$/);
    expect(text).not.toMatch(/swordfish|halibut/);
  });

  test("is hidden as the vault of Ansible has it", () => {
    const vault = "secret_key: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3332366\n  3964\nmode: train";
    expect(redact(vault).text).toBe(
      "secret_key: !vault |\n  [redacted]\n  [redacted]\n  [redacted]\nmode: train",
    );
  });

  test("is hidden with what may be a tag and may be the password itself", () => {
    expect(redact("password: !hunter2 swordfish").text).toBe("password: [redacted]");
    expect(redact("password: !swordfish").text).toBe("password: [redacted]");
    expect(redact("password=!swordfish ok").text).toBe("password=[redacted] ok");
  });

  test.each([
    "password: !Ref DbPassword2",
    "password: !GetAtt Database.Password",
    'password: !ImportValue "prod-DbPassword"',
    `password: !Sub '$\{DbPassword}'`,
    "password: !Sub '{{resolve:secretsmanager:db:SecretString:password}}'",
    "password: !Join ['', ['{{resolve:secretsmanager:', !Ref Secret1, '}}']]",
    "password: !If [IsProd, !Ref ProdPassword1, !Ref DevPassword2]",
    "password: !env DB_PASSWORD",
    "password: !secret wifi_password",
    "password: !include secrets.yaml",
    "password: !reference [.deploy, secret]",
    "password: !vault $DB_PASSWORD",
    "password: !Condition Tulip",
    "password: !FindInMap [Tulip, Rose, Ivy]",
    "password: !GetAZs Tulip",
    "password: !envvar TULIP",
    "password: !env_var TULIP",
    "password: !ENV TULIP",
    "password: !file rose",
    "password: !path rose",
    "password: !include_dir_named rose",
    "password: !Join ['', [!Ref A, '/', !GetAtt B.C, db]]",
    "password:\n  - !Ref Tulip\n  - !Ref Rose",
  ])("stays where it names the value only: %s", (text) => {
    expect(redact(text)).toEqual({ text, hidden: 0 });
  });
});

describe("what is a tag", () => {
  test.each([
    "password: !Reference ⟦tulip⟧",
    "password: !xRef ⟦tulip⟧",
    "password: !environment ⟦tulip⟧",
    "password: !files ⟦tulip⟧",
    "password: !env ⟦x1y2z3w4v5u6⟧",
    "password: !Join ⟦['', [!Ref A, tulip9x]]⟧",
    "password: !Join ⟦['', [tulip, rose]]⟧",
    "password: !Join ⟦[tulip, [rose⟧",
    "password: !Join ⟦[tulip]⟧, [rose]",
    "password: ⟦[!vault tulip]⟧ x",
    "password: ⟦[  !vault tulip]⟧",
    "password: !x⟦[tulip]⟧",
    "password: &a.b-1  !x\t&c  ⟦tulip⟧",
    "password: ⟦!<x⟧ y> tulip",
    "password: ⟦!x⟧ # tulip",
    "password: ⟦!9x⟧ tulip",
    "password = ⟦!x⟧ tulip",
    "password => ⟦!x⟧ tulip",
    "password:\n  - !x ⟦tulip⟧\nmode: y",
    "password:\n  - tulip\n  - !x rose",
    "password:\n\n  - !x tulip",
    "password:\n  -!x tulip",
    "password:\n  - !x ⟦tulip⟧\n  -\nmode: y",
    "password:\n  - !x ⟦tulip⟧\n  - ,\nmode: y",
  ])("shows in what is hidden of %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });
});
