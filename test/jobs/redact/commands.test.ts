import { describe, expect, test } from "vitest";
import { marked } from "../../support/marked.ts";

describe("a secret given to a command", () => {
  test.each([
    "curl -u bob:⟦tulip⟧ https://x.example",
    "curl -u 'bob:⟦tulip rose⟧' https://x.example",
    'curl --user "bob:⟦tulip rose⟧" https://x.example',
    "curl --proxy-user=bob:⟦tulip⟧ https://x.example",
    'subprocess.run(["curl", "-s", "--user", "bob:⟦tulip⟧"])',
    "curl -u :⟦tulip⟧ https://x.example",
    "curl -u bob: https://x.example",
    "curl -u bob https://x.example",
    "curl -u bob:$PASSWORD https://x.example",
    "wget -U bob:⟦tulip⟧ x",
    "skopeo -a bob:⟦tulip⟧ x",
    "nexus -u bob:⟦tulip⟧ x",
    "xh -a bob:⟦tulip⟧ x; httpie -a amy:⟦rose⟧ x",
    "mycurl2 -u bob:tulip",
    "sort -u bob:tulip",
    "docker login -u bob -p ⟦tulip⟧ r.example",
    "docker login -u bob -p⟦tulip⟧ r.example",
    "docker login -p='⟦tulip rose⟧' r.example",
    'podman login -p "⟦tulip rose⟧" r.example',
    "twine upload -u bob -p ⟦tulip⟧ dist/x",
    "docker run -p 8080:80 -p 9090 app",
    "docker run -p tulip:80 app",
    "dockerd login -p tulip",
    "login by docker -p tulip",
    "mysql -u bob -p⟦tulip⟧ app",
    "mysqldump -p'⟦tulip rose⟧' app",
    "mysql -p app",
    "7z a -p⟦tulip⟧ x.7z .",
    "7za a -p⟦tulip⟧ x.7z .",
    "mongosh -u bob -p ⟦tulip⟧",
    "mongodump -p⟦tulip⟧",
    "sqlcmd -P ⟦tulip⟧",
    "sshpass -p ⟦tulip⟧ ssh x",
    "redis-cli -a ⟦tulip⟧ ping",
    "redis-cli -h cache ping -a'⟦tulip rose⟧'",
    "unzip -P ⟦tulip⟧ x.zip",
    "ldapsearch -x -w ⟦tulip⟧ -b dc=x",
    "ldapmodify -w⟦tulip⟧",
    "openssl enc -aes-256-cbc -pass ⟦pass:tulip⟧ -in x",
    "openssl rsa -passin 'pass:⟦tulip⟧'",
    "openssl rsa -passin env:TULIP",
    "smbclient //x/y -U bob%⟦tulip⟧",
    "mount.cifs -U 'bob%⟦tulip⟧'",
    "mountxcifs -U bob%tulip",
    "smbclient //x/y -U bob",
    "wandb login ⟦abcdefghijklmnopqrst⟧",
    "hf auth login --x ⟦abcdefghijklmnopqrst⟧",
    "vault  login  -method=x ⟦abcdefghijklmnopqrst⟧",
    "snyk auth '--x' ⟦abcdefghij-klmno.pqr_st⟧'",
    "vault server abcdefghijklmnopqrst login",
    "vault login abcdefghijklmnopqrs",
    "vault loginx abcdefghijklmnopqrst",
    "echo ⟦tulip⟧ | sudo -S make",
    "echo -n '⟦tulip rose⟧' | docker login --password-stdin r.example",
    "echo ⟦tulip⟧|helm registry login r.example",
    "echo tulip | tee x.txt",
    "echo tulip || sudo make",
    "print tulip | sudo -S make",
    "ENV DB_PASSWORD ⟦tulip⟧",
    "ARG API_KEY  ⟦tulip⟧",
    "setx HF_TOKEN ⟦tulip⟧",
    "  set -gx MY_SECRET  '⟦tulip rose⟧'",
    "set -x ACCESS_KEY ⟦tulip⟧",
    "ENV DB_HOST tulip",
    "ENVY DB_PASSWORD tulip",
    "RUN ENV DB_PASSWORD tulip",
    "machine x.example login bob password ⟦tulip⟧",
    "machine x.example login bob password   ⟦tulip⟧",
    "machines x.example login bob password tulip",
    "machine x login bob password",
  ])("is hidden alone in %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });

  test.each([
    "curl -b 'session=⟦x1y2z3w4v5u6t7s8⟧' x",
    "curl -b session=⟦x1y2z3w4v5u6t7s8⟧ x",
    "curl -sS -b=auth=⟦x1y2z3w4v5u6t7s8⟧ x",
    "curl --b session=x1y2z3w4v5u6t7s8 x",
    "curl x-b session=x1y2z3w4v5u6t7s8 x",
    "curls -b session=x1y2z3w4v5u6t7s8 x",
    "git -b session=x1y2z3w4v5u6t7s8 x",
    "curl -s x -o a-b theme=dark",
  ])("may be a cookie: %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });

  test("is looked for on lines as long as commands are", () => {
    const command = (length: number) => `curl ${"x".repeat(length - 19)} -u bob:⟦tulip9⟧`;
    expect(command(4000).replace(/[⟦⟧]/g, "")).toHaveLength(4000);
    const { redacted, expected } = marked(command(4000));
    expect(redacted).toEqual(expected);
    expect(marked(command(4001)).redacted.hidden).toBe(0);
  });
});

describe("a .netrc over several lines", () => {
  test.each([
    "machine x\nlogin bob\npassword ⟦tulip⟧",
    "machine x.example\n\tpassword\t⟦tulip⟧ \nlogin bob",
    "account x\npassword ⟦password9⟧",
    "login password\n  password  ⟦tulip⟧\nend",
    "login bob\npassword ⟦tulip9x⟧",
    "log in bob\npassword tulip9x",
    "loginbob\npassword tulip9x",
    "x login bob\npassword tulip9x",
    "login bob\n\npassword tulip9x",
    "login bob\npassword $TULIP",
    "login bob\npassword is set",
    "login bob\nthe password tulip9x",
    `login ${"bob".repeat(300)}\npassword ${" ".repeat(600)}⟦tulip⟧`,
    "password tulip9x",
  ])("shows all but the password: %j", (text) => {
    const { redacted, expected } = marked(text);
    expect(redacted).toEqual(expected);
  });
});
