/** What a value must be for the alias to be meant without doubt. */
export type Kind = "whole" | "seconds" | "number" | "moment" | "text" | "texts" | "flag" | "any";

/** Other words for an argument, with the same value. */
export interface Alias {
  to: string;
  words: string;
  takes: Kind;
  /** The tools in which they mean that; by default all that have the argument. */
  of?: readonly string[];
}

/** `jobs` stands for `job` too. Nothing here makes a call change more than its own words say. */
export const ALIASES: readonly Alias[] = [
  {
    to: "jobs",
    words: "id ids job_id job_ids jobid job_name job_names names job_ref job_uri",
    takes: "texts",
  },
  { to: "jobs", words: "container container_id pod uri url link address job_url", takes: "texts" },
  {
    to: "jobs",
    words: "name",
    takes: "texts",
    of: [
      "job_status",
      "job_logs",
      "job_wait",
      "job_exec",
      "job_attach",
      "job_telemetry",
      "job_extend",
      "job_forward",
    ],
  },
  { to: "lines", words: "tail n last num_lines line_count tail_lines max_lines limit count", takes: "whole" },
  {
    to: "since",
    words: "last after from start from_time start_time newer_than started_after",
    takes: "moment",
  },
  {
    to: "until",
    words: "before to end to_time end_time older_than",
    takes: "moment",
    of: ["job_list", "job_logs", "job_report"],
  },
  { to: "by", words: "group_by groupby grouping groupings per", takes: "texts", of: ["job_report"] },
  { to: "projects", words: "project org orgs place places", takes: "texts", of: ["job_report"] },
  { to: "grep", words: "pattern regex regexp search filter match query find contains text", takes: "text" },
  {
    to: "pattern",
    words: "until_pattern log_pattern grep regex regexp match text line message",
    takes: "text",
  },
  { to: "until_pattern", words: "wait_for wait_pattern stop_pattern", takes: "text" },
  { to: "newest_first", words: "reverse reversed descending", takes: "flag", of: ["job_logs"] },
  { to: "ignore_case", words: "case_insensitive insensitive nocase", takes: "flag" },
  { to: "timestamps", words: "with_timestamps show_timestamps", takes: "flag" },
  { to: "limit", words: "n count max max_results page_size per_page top last lines rows", takes: "whole" },
  { to: "text", words: "query search filter q contains grep keyword", takes: "text", of: ["job_list"] },
  { to: "owner", words: "user username author created_by", takes: "text" },
  { to: "cursor", words: "next_cursor page_token next_page_token next_token", takes: "text" },
  { to: "status", words: "state states phase", takes: "texts" },
  { to: "tags", words: "label labels", takes: "texts" },
  {
    to: "until",
    words: "condition wait_for target_status status state for",
    takes: "text",
    of: ["job_wait"],
  },
  {
    to: "wait_seconds",
    words: "timeout timeout_seconds timeout_s max_wait wait wait_time seconds",
    takes: "seconds",
  },
  { to: "timeout_seconds", words: "timeout timeout_s wait_seconds max_wait wait seconds", takes: "seconds" },
  { to: "seconds", words: "duration wait_seconds timeout timeout_seconds samples", takes: "seconds" },
  { to: "command", words: "cmd shell_command command_line cmdline", takes: "texts" },
  { to: "working_dir", words: "cwd workdir work_dir working_directory chdir", takes: "text" },
  { to: "env", words: "environment envs env_vars environment_variables", takes: "any" },
  { to: "secret_env", words: "secret_envs env_secrets secret_environment", takes: "any" },
  { to: "volumes", words: "mount mounts volume_mounts", takes: "texts" },
  { to: "image", words: "docker_image container_image", takes: "text", of: ["job_start", "job_rerun"] },
  { to: "image", words: "target destination to image_name", takes: "text", of: ["job_save"] },
  { to: "preset", words: "preset_name machine_type instance_type flavor", takes: "text" },
  { to: "http_port", words: "port http", takes: "whole" },
  { to: "port", words: "remote_port container_port target_port job_port http_port", takes: "whole" },
  { to: "life_span", words: "ttl time_limit walltime max_run_time max_runtime max_duration", takes: "any" },
  { to: "restart_policy", words: "restart", takes: "text" },
  { to: "dry_run", words: "dryrun preview plan_only", takes: "flag", of: ["job_start"] },
  { to: "tags", words: "sweep sweep_tag experiment", takes: "texts", of: ["job_compare", "job_logs"] },
  { to: "metric", words: "metric_name metrics key by sort_by rank_by", takes: "text" },
  { to: "goal", words: "mode direction objective optimize order", takes: "text", of: ["job_compare"] },
  { to: "history", words: "full whole curves with_history", takes: "flag", of: ["job_compare"] },
  { to: "by", words: "add extend_by additional_time extra_time extra more", takes: "text" },
  { to: "path", words: "file filename file_name file_path filepath folder directory dir", takes: "text" },
  { to: "content", words: "text data body contents", takes: "text" },
  { to: "length", words: "limit bytes max_bytes", takes: "whole", of: ["job_files"] },
  { to: "offset", words: "start skip", takes: "whole", of: ["job_files"] },
  { to: "stdin", words: "input", takes: "text" },
  { to: "input", words: "stdin text", takes: "text" },
  { to: "signal", words: "sig signal_name", takes: "any" },
  { to: "project", words: "project_name project_id", takes: "text" },
  { to: "min_cpu", words: "cpu cpus cores min_cpus", takes: "number", of: ["job_capacity"] },
  { to: "gpu_model", words: "gpu_type gpu_name model accelerator", takes: "text", of: ["job_capacity"] },
  { to: "available_only", words: "available free", takes: "flag", of: ["job_capacity"] },
];
