/** What people call that which a tool does, as single words or as `run_command`. A tool that does not exist is skipped. */
export const TOOL_WORDS: Readonly<Record<string, string>> = {
  job_list: "list ls ps search find query all recent history queue",
  job_status:
    "status state get describe show inspect info detail details explain diagnose debug why view check",
  job_logs: "log logs tail output stdout stderr stream follow",
  job_wait: "wait await poll watch block",
  job_capacity:
    "capacity presets preset resources hardware gpus availability available nodes prices price pricing",
  job_start: "start run create submit launch new spawn enqueue",
  job_exec: "exec execute command cmd run_command execute_command run_in exec_in run_inside",
  job_kill: "kill stop cancel delete terminate end abort remove rm destroy",
  job_compare:
    "compare comparison sweep leaderboard rank ranking best results scores diff metric compare_metrics",
  job_telemetry:
    "telemetry top stats metrics usage utilization utilisation monitor measure nvidia_smi gpu_usage",
  job_extend: "extend prolong renew bump extend_life_span bump_life_span add_time",
  job_signal: "signal sigterm sigint interrupt send_signal",
  job_save: "save commit snapshot save_image save_as_image create_image",
  job_attach: "attach send_input write_stdin",
  job_forward: "forward tunnel port_forward forward_port open_port proxy",
  job_rerun: "rerun retry again repeat clone duplicate resubmit run_again",
  job_report:
    "report reports summary summarize costs cost spending spend expenses bill idle waste usage_report cost_report find_idle",
  job_files:
    "files file folder artifact artifacts cp scp copy upload download read_file write_file list_files copy_files",
  apolo_context:
    "context whoami me account user config configuration clusters projects orgs project cluster org",
};

/** They say what is done, not to what: `get_logs` is about logs. */
export const VERBS: ReadonlySet<string> = new Set(
  "get show view read fetch check describe inspect list ls search find all watch stream follow start run create new".split(
    " ",
  ),
);

/** They say nothing about what is wanted. */
export const FILLERS: ReadonlySet<string> = new Set(
  "job jobs apolo neuro mcp my the a by id name current platform read fetch".split(" "),
);
