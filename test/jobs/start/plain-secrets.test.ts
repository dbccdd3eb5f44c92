import { describe, expect, test } from "vitest";
import { secretInText, secretVariables } from "../../../src/jobs/start/plain-secrets.ts";

const VALUE = ["abc123def456", "ghi789"].join("");

describe("a variable holds no secret", () => {
  test.each([
    ..."MAX_TOKENS=512 TOKENIZERS_PARALLELISM=false TOKEN_PATH=/run/t NUM_SECRETS=3 KEY_COLUMN=user_id".split(
      " ",
    ),
    ..."PASSWORD_FILE=/run/x AWS_REGION=eu-west-1 WANDB_API_KEY=$WANDB_API_KEY HF_TOKEN=secret:hf SORT_KEY=created_at".split(
      " ",
    ),
    ..."EOS_TOKEN=</s> STOP_TOKEN=<|im_end|> SPLIT_TOKEN=[SEP] AUTH_MODE=basic OAUTH_CLIENT_ID=my-app".split(
      " ",
    ),
    ..."MODEL_KEY=llama-3-8b LLM_KEY=gpt-4o TRAIN_KEY=train_2017 DATA_KEY=images_v2 EMBED_KEY=emb_768".split(
      " ",
    ),
    ..."API_KEY_HEADER=X-Api-Key API_KEY_ENV=OPENAI_API_KEY KMS_KEY_ID=alias/my-key KEY_SIZE=2048 TOKEN=0".split(
      " ",
    ),
    ..."OPENAI_API_KEY=sk-xxxx OPENAI_API_KEY=sk-... OPENAI_API_KEY=ollama OPENAI_API_KEY=sk-no-key-required".split(
      " ",
    ),
    ..."API_KEY=REPLACE_ME API_KEY=INSERT_KEY_HERE API_KEY=ssm:/prod/key API_KEY=<yours> WANDB_API_KEY=offline".split(
      " ",
    ),
    ..."GIT_COMMIT=9fceb02d0ae598e95dc970b74767f19372d61af8 SSH_KEY_PATH=~/.ssh/id JWT_ALGORITHM=RS256".split(
      " ",
    ),
    ..."DATABASE_URL=postgres://user:$PASS@db/x COMPASS=north MONKEY=banana123 PASSWORD_MIN_LENGTH=12".split(
      " ",
    ),
  ])("%s", (pair) => {
    const [name = "", ...value] = pair.split("=");
    expect(secretVariables("env", { [name]: value.join("=") })).toEqual([]);
  });
});

describe("a variable holds a secret", () => {
  test.each([
    ..."DB_PASSWORD=hunter2 MYSQL_ROOT_PASSWORD=root PGPASSWORD=s3cr3t PASSWORD=sesame ROOT_PW=hunter22".split(
      " ",
    ),
    ..."JWT_SECRET=topsecretvalue MINIO_SECRET_KEY=minio123 JUPYTER_TOKEN=my-jupyter-token LLM_KEY=Zk3vP0qL8sX1".split(
      " ",
    ),
    ..."DATABASE_URL=postgres://me:hunter2@db/x REDIS_URL=redis://:p4ssw0rd@redis:6379 PASSWORD=testing1".split(
      " ",
    ),
    ..."HTTP_PROXY=http://user:pass123@proxy:3128 AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzz".split(
      " ",
    ),
    ..."WANDB_KEY=0123456789abcdef0123456789abcdef01234567 MYSQL_PWD=hunter2".split(" "),
    ..."secret=letmein token=letmein Secret=letmein".split(" "),
    ..."dbPass=sesame hubToken=letmein db_pass=root".split(" "),
    `API_KEY=${VALUE}`,
    `api_key=${VALUE}`,
    `EXTRA=--api-key ${VALUE}`,
    `CONFIG={"api_key": "${VALUE}"}`,
    `HEADERS=X-Api-Key: ${VALUE}`,
    "CONNECTION=Server=db;User Id=me;Password=hunter22;",
  ])("%s", (pair) => {
    const [name = "", ...value] = pair.split("=");
    expect(secretVariables("env", { [name]: value.join("=") })).toEqual([
      { argument: "env", variable: name },
    ]);
  });
});

describe("a command", () => {
  test.each([
    'curl -H "Authorization: Bearer $TOKEN" https://x',
    "export HF_TOKEN=$(cat /run/t)",
    "docker login -u me --password-stdin",
    "vllm serve m --api-key EMPTY",
    "jupyter lab --ServerApp.token= --ip=0.0.0.0",
    "python run.py --key-column id --token-limit 5",
    "mysql -u root -p",
    "python train.py token=bert key=lr pass=2",
    "secret=$(cat /run/s) ./run; token=$TOKEN ./run",
    "for key in a b; do echo key=$key; done",
  ])("holds no secret: %s", (text) => {
    expect(secretInText("command", text)).toEqual([]);
  });

  test.each([
    "export DB_PASSWORD=hunter2 && ./run",
    "mysql -u root -phunter2 db",
    "curl -u me:hunter2 https://x",
    "sshpass -p hunter2 ssh me@host",
    "redis-cli -a hunter2",
    "secret=hunter2 ./run",
    "cd /x && LR=1 token='hunter2 x' ./run",
    "env secret=hunter2 ./run | tee log",
    "echo hunter2 | docker login -u me --password-stdin",
    "git clone https://me:hunter2@github.com/a/b",
    `curl 'https://x/?token=${VALUE}'`,
  ])("holds a secret, which is not shown: %s", (text) => {
    const [found] = secretInText("command", text);
    expect(found?.argument).toBe("command");
    expect(found?.shown).not.toMatch(/hunter2|abc123/);
  });
});
