/** What `--help` prints. The README explains; this reminds. */
export const help = (): string => `apolo-jobs-mcp: an MCP server that runs compute jobs on the Apolo platform

  apolo-jobs-mcp [flags]            serve MCP over stdio, with --http over HTTP
  apolo-jobs-mcp dashboard [flags]  show jobs in the browser; --port N: where (a free one)
  apolo-jobs-mcp emulator [flags]   run the platform emulator alone, until interrupted
  apolo-jobs-mcp doctor [flags]     check login, network, platform and limits; --json for programs

Platform, first match:
  --emulator                 the platform on this machine, for trying and testing
  APOLO_PASSED_CONFIG        a login handed over in the environment
  apolo login                the login that the vendor's CLI saved
  APOLO_URL, APOLO_TOKEN     a bare token

Serving (or APOLO_MCP_<FLAG> in the environment; an unknown or an empty one ends the start):
  --mode MODE                full | no-destroy | read-only            (full)
  --tools SET                all | core                               (all)
  --max-credits-per-job N    refuse a start whose price × life span is more
  --max-credits-per-hour N   refuse a start that brings this server's jobs above it
  --max-jobs N               refuse a start beyond this many active jobs of this server (0: every start)
  --owned-only               change only jobs that this server started
                             (all servers of one user count as one, on any machine)
  --allow-plain-secrets      take the value of a secret as an argument of a start or a command
  --files DIR                let job_files save files of jobs there, as new files (stdio only)
  --audit FILE               note each change of a job there, one line of JSON; opened anew on SIGUSR2
  --log-level LEVEL          error | warning | info | debug           (warning)
  --log-format FORMAT        text | json                              (text)

Over HTTP (or APOLO_MCP_<FLAG>):
  --http                     serve http://HOST:PORT/mcp instead of stdio
  --host H --port N          where to listen                          (127.0.0.1, 8811)
  --auth platform            callers send their own Apolo token and act as themselves
  --http-token-file FILE     callers send this secret and act with the server's own login
                             (beyond loopback one of the two is needed)
  --tls-cert FILE --tls-key FILE
  --trust-proxy              believe X-Forwarded-Proto and -Host of a proxy in front
  --allowed-host NAME        a name callers may use for this server; repeatable
  --stateless                keep no sessions
  --allow-forward            let job_forward open ports on this machine
  --key-file FILE            key of the tokens that answers carry, shared by all replicas
  --drain-seconds N          how long open calls may go on once it is to end  (20)

Emulator (with --emulator: --data, --scene, --chaos, --log-limit):
  --port N                   port, 0 for any free one                 (0)
  --host H --token T         listen beyond loopback; needs the token
  --data DIR                 keep jobs, logs and secrets across restarts; ~ is the home folder
  --scene NAME               fill it with something to look at
  --chaos FILE               faults on request
  --log-limit MIB            output kept of each job                  (1024)
  --memory-group DIR|none    control group for the memory limits of jobs; none: only watch
  --json                     print the address and login as one line

  --help, --version`;

/** What a person is told who starts the server in a terminal, by `command`. */
export const welcome = (
  command: string,
) => `apolo-jobs-mcp is an MCP server: it waits here for a client that speaks the protocol.
  connect a client   claude mcp add apolo -- ${command}
  try it             npm run demo (in a clone)
  see all flags      --help
  end it             Ctrl-D or Ctrl-C
`;
