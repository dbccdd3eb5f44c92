/** What agents ask for and this server does not do. */
export interface Impossible {
  /** Names of tools that ask for it, from the beginning of a word: words joined by `_`, without `job` and the like. */
  tool: RegExp;
  /** Arguments that ask for it. */
  argument?: { words: string; of: readonly string[] };
  /** What is not possible, and who can. */
  what: string;
  /** What comes nearest here. */
  way: string;
}

const STARTING = ["job_start", "job_rerun"];
const CHANGING = ["job_extend", "job_signal", "job_status"];
const CHANGE = "(?:set|edit|update|change|patch|modify|add|remove|delete)";
const MAKE = "(?:create|add|new|make|delete|remove|update|set|list|ls|get)";

export const IMPOSSIBLE: readonly Impossible[] = [
  {
    tool: /(?:re)?schedul|cron|recurring|periodic|nightly|timer|delay/,
    argument: {
      words:
        "schedule scheduled cron crontab cron_schedule repeat every interval nightly at start_at run_at delay",
      of: STARTING,
    },
    what: "Nothing here starts a job at a time or again and again.",
    way: "The user's own cron or CI can do that: it calls job_start, or `apolo run`, each time. (energy_schedule starts nothing: it names one of the cluster's own.)",
  },
  {
    tool: /rename|(?:set|change|update)_name/,
    argument: { words: "new_name rename rename_to", of: [...STARTING, ...CHANGING] },
    what: "A job keeps the name it was started with.",
    way: "job_rerun starts a new one like it under another name.",
  },
  {
    tool: /share|permission|grant|revoke|acl/,
    argument: { words: "share share_with shared_with permissions acl", of: [...STARTING, ...CHANGING] },
    what: "Jobs are not shared here; the user can, with `apolo acl grant`.",
    way: "Who belongs to a project sees its jobs: start it with that project.",
  },
  {
    tool: /resize|scale|(?:change|set|update|switch|upgrade|add)_(?:preset|gpus?|cpus?|memory|resources)/,
    argument: { words: "preset gpu cpu memory resize", of: CHANGING },
    what: "A started job keeps its preset.",
    way: "job_rerun with another preset starts a new one like it; job_capacity lists presets.",
  },
  {
    tool: /pause|resume|suspend|hibernate|freeze|thaw|hold/,
    argument: { words: "pause paused resume suspend hold", of: [...STARTING, ...CHANGING] },
    what: "A job cannot be paused or resumed.",
    way: "job_signal TERM lets it save its work and end; job_rerun starts a new one like it.",
  },
  {
    tool: /(?:ssh|shell|bash|sh|terminal|console|interactive|login)(?:_|$)/,
    argument: { words: "interactive tty ssh it i terminal pty", of: ["job_exec", "job_attach"] },
    what: "There is no ssh and no terminal here; the user can run `apolo exec JOB -- bash`.",
    way: "job_exec runs one command in a running job.",
  },
  {
    tool: /replica|sidecar|(?:add|second|multi)_?(?:container|pod)s?|compose|deployment|distributed|multi_?node|cluster_create/,
    argument: {
      words:
        "replicas num_replicas instances nodes num_nodes sidecar sidecars containers world_size parallelism",
      of: [...STARTING, ...CHANGING],
    },
    what: "A job is one container on one machine.",
    way: "count in job_start starts equal jobs that know nothing of each other.",
  },
  {
    tool: /balance|billing|invoice|payment|top_?up|budget|(?:get|show|add|buy|my)_credits|^credits$/,
    argument: { words: "budget max_cost max_credits cost_limit spend_limit", of: STARTING },
    what: "Balance and budgets are not kept here; the user sees the balance with `apolo config show`, an admin changes it.",
    way: "life_span bounds what a job can cost, and job_list says what jobs have cost.",
  },
  {
    tool: /quota/,
    argument: { words: "quota max_quota set_quota", of: STARTING },
    what: "Quotas are not shown or changed here; the user sees them with `apolo config show`, an admin changes them.",
    way: "job_capacity says what could start now; job_start with wait_for_quota waits for its turn.",
  },
  {
    tool: /(?:delete|clear|truncate|rm|remove|purge|rotate|drop)_(?:logs?|output|history)|logs?_(?:delete|clear|remove|rotate|rm|purge)/,
    argument: { words: "delete clear truncate rotate purge", of: ["job_logs"] },
    what: "Logs cannot be deleted.",
    way: "job_logs with since leaves out the older lines.",
  },
  {
    tool: /registry|docker|^(?:list|ls|get|delete|remove|rm|build|push|pull|tag)_images?$|^images?(?:_(?!save)|$)|^(?:build|push|pull)$/,
    argument: { words: "dockerfile build build_context registry registry_auth", of: STARTING },
    what: "Images are not built, listed or deleted here; the user can, with docker and `apolo image`.",
    way: "job_save saves a running job's files as an image that job_start takes.",
  },
  {
    tool: new RegExp(
      `^${CHANGE}_(?:env|environment|envs|variables?|command|image|volumes?|tags?|labels?|description|ports?|secrets?_env)$|^(?:update|edit|patch|modify|apply|set|configure|tag|label)$`,
    ),
    argument: {
      words: "env environment command image volumes tags tag description set_env",
      of: CHANGING,
    },
    what: "A started job cannot be changed, neither its env, command, image, volumes nor tags.",
    way: "job_rerun starts a new one like it with the changes.",
  },
  {
    tool: /priorit/,
    argument: { words: "priority new_priority", of: CHANGING },
    what: "A started job keeps its priority.",
    way: "job_start takes priority for a new one.",
  },
  {
    tool: /restart|reboot|reset|relaunch/,
    argument: { words: "restart restart_policy reboot", of: CHANGING },
    what: "A job is not restarted in place.",
    way: "job_rerun plans a new one like it, with an id of its own; restart_policy in job_start restarts what fails.",
  },
  {
    tool: /transfer|migrate|move|reassign|chown|(?:change|set)_(?:owner|project|cluster)/,
    argument: {
      words: "new_owner run_as as_user new_project transfer_to move_to",
      of: [...STARTING, ...CHANGING],
    },
    what: "A job stays in its project, with the owner who started it.",
    way: "job_rerun starts a new one like it.",
  },
  {
    tool: /invite|(?:add|create|remove|delete|list|ls|get)_(?:users?|members?|roles?)|^(?:users|members)$/,
    what: "People are not invited or managed here; an admin of the org or project can, in the web console or with `apolo admin`.",
    way: "apolo_context names the user and the projects that the user can use.",
  },
  {
    tool: new RegExp(
      `^${MAKE}_(?:project|secret|disk|bucket|volume|service_account|org|cluster)s?$|^(?:secrets?|disks?|buckets?|volumes?)(?:_|$)`,
    ),
    argument: { words: "create_secret create_disk new_disk disk_size create_project", of: STARTING },
    what: "Projects, secrets, disks and buckets are not managed here; the user can, with `apolo secret`, `apolo disk` or the web console.",
    way: "job_start uses those that exist: project, secret_env and volumes.",
  },
  {
    tool: /workflow|pipeline|dag|depend|chain|flow/,
    argument: { words: "depends_on dependencies after after_job needs run_after then", of: STARTING },
    what: "No job starts after another by itself.",
    way: "job_wait waits for the first; then call job_start.",
  },
  {
    tool: /notif|alert|webhook|email|slack|callback|subscribe/,
    argument: {
      words: "notify notify_email notifications email webhook callback slack on_failure on_success",
      of: [...STARTING, "job_wait"],
    },
    what: "Nobody is notified by this server.",
    way: "job_wait waits for the end; a command can send its own message when it is done.",
  },
  {
    tool: /undo|undelete|unkill|restore|recover|revive/,
    what: "A job that has ended cannot be brought back.",
    way: "job_rerun starts a new one like it.",
  },
  {
    tool: /shorten|reduce|(?:set|change|update)_(?:life_?span|deadline|timeout)/,
    argument: { words: "reduce_by shorten less", of: ["job_extend"] },
    what: "A life span can only grow.",
    way: "job_extend adds time; job_kill ends a job sooner.",
  },
];
