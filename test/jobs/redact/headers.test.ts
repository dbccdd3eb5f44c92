import { describe, expect, test } from "vitest";
import { marked } from "../../support/marked.ts";

describe("an Authorization header", () => {
  test.each([
    "Authorization: Bearer ⟦tulip9⟧",
    "'Authorization': b'Bearer ⟦tulip9⟧', 'x': 1",
    'headers={"Authorization": f"Token ⟦tulip9⟧"}',
    'headers["Authorization"] = "Token ⟦tulip9⟧"',
    "Authorization => 'Basic ⟦abc=⟧'",
    '{\\"Authorization\\":\\"Bearer ⟦tulip9⟧\\"}',
    "curl -H Authorization:\\ Bearer\\ ⟦tulip9⟧ x",
    "('Authorization', 'ApiKey ⟦tulip⟧')",
    "(`Authorization`, `Api-Key ⟦tulip⟧`)",
    "Proxy-Authorization:\tAPI-Key \t⟦tulip⟧; next",
    "Authorization \t : ⟦tulip9x8y7z⟧ x",
    "Authorization     : Key tulip",
    "Authorization: tulip",
    "Authorization: tulip9 x",
    "Authorization: Bearer $TOKEN",
    "Authorization: required",
    "Authorization Bearer tulip",
    "Authorization: Splunk ⟦tulip⟧,x",
    "Authorization: Key ⟦tulip⟧'x",
  ])("shows all but the credentials: %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });

  test.each([
    ...["Basic", "Bearer", "Token", "ApiKey", "Digest", "Negotiate", "NTLM", "Key", "SharedKey"],
    ...["SharedKeyLite", "HMAC", "OAuth", "Bot", "SSWS", "AccessKey", "Splunk", "GenieKey", "AWS"],
  ])("shows the scheme %s, but no short word behind it", (scheme) => {
    const { redacted, expected } = marked(`"Authorization": "${scheme} ⟦bob:tulip⟧"`);
    expect(redacted).toEqual(expected);
  });

  test.each([
    'Authorization: Digest ⟦username="bob", realm="x", response="tulip"⟧\nnext',
    "'Authorization': 'OAuth ⟦oauth_token=\"tulip\", x=\"y\"⟧', 'z': 1",
    '-H "Authorization: AWS4-HMAC-SHA256 ⟦Credential=tulip/x, Signature=abc" https://x.example⟧',
    "-H 'Authorization: Digest ⟦nonce=\"tulip\", x=y⟧' https://x.example",
    '{"Authorization": "Digest ⟦response=tulip, x=y⟧", "z": 1}',
    "'Authorization': 'Digest ⟦nonce=tulip⟧\n'x': 1",
    "Authorization: Digest ⟦tulip⟧, realm=x",
  ])("hides a list of parameters to its end: %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });
});

describe("cookies", () => {
  test.each([
    "Cookie: theme=dark; session=⟦abcd⟧; lang=en",
    "Cookie: session=abc; sid=⟦abcd⟧; my.sid=⟦abcd⟧; sidx=⟦abcd⟧; resident=abcd",
    "Cookie: a=⟦x1y2z3w4v5u6t7s8⟧; b=x1y2z3w4v5u6t7s",
    "Cookie: csrf=⟦abcd⟧; xsrf=⟦abcd⟧; jwt=⟦abcd⟧; auth=⟦abcd⟧; a_token=⟦abcd⟧",
    "Cookie: \tremember_me=⟦tulip⟧;login=⟦rose⟧;\tcredentials=⟦ivy9⟧; SECRET=⟦oak1⟧",
    "Cookie: session=true; auth=none; token=$TOKEN",
    "Cookie: path=/auth; xpath=abcd; expiresx=abcd; session=⟦tulip⟧",
    "Set-Cookie: id=⟦tulip9⟧; Path=/; Secure",
    "Set-Cookie: id=⟦tulip9⟧; theme=garden",
    "Set-Cookie: id=tulip",
    "Cookie: id=tulip9",
    "Set-Cookie: x-sid=⟦tulip⟧; Domain=auth.example; Expires=never99; SameSite=Strict; Max-Age=360000",
    "Set-Cookie: comment=tulip9",
    '{"Set-Cookie":"jwt=⟦tulip⟧; HttpOnly"}',
    "cookies={'session': '⟦tulip⟧', 'theme': 'dark'}",
    'cookie = {"csrftoken" : "⟦tulip⟧","sid":"⟦rose⟧"}',
    '\\"cookie\\": \\"session=⟦tulip⟧; theme=dark\\"',
    '"cookie": "session=⟦tulip⟧; theme=dark"',
    "['cookie'] = 'session=⟦tulip⟧'",
    "--cookie session=⟦tulip⟧ x",
    '--cookies "session=⟦tulip⟧"',
    "Cookie session=⟦tulip⟧ and lang=en",
    "set-cookies: session=⟦tulip⟧",
    "cookie policy: session=tulip",
    "mycookie: session=tulip",
    "cookiejar: session=tulip",
    "cookies: 12",
  ])("are hidden if they are a session's: %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });

  test("are shown by their names, whatever stands in those", () => {
    const { redacted, expected } = marked("Cookie: sid=⟦sids⟧; token9=⟦token9⟧; auth=⟦auth9⟧");
    expect(redacted).toEqual(expected);
  });
});
