import { homedir } from "node:os";
import { connectPlatform, findLogin, untilFinished, untilStarted } from "apolo-jobs-mcp/client";

const login = await findLogin(process.env, process.cwd(), homedir());
const platform = connectPlatform(login, { env: process.env });
try {
  const { jobs } = platform;

  const job = await jobs.start({
    image: "ubuntu",
    command: "sh -c 'echo training; echo done'",
    lifeSpanSeconds: 3600,
  });
  console.log(`started ${job.id}`);

  await untilStarted(platform, job.id);
  for await (const { text } of jobs.follow(job.id)) console.log(text);

  const { status, history, total_price_credits } = await untilFinished(platform, job.id);
  console.log(`${status}, exit code ${history.exit_code}, ${total_price_credits} credits`);
} finally {
  await platform.close();
}
