/**
 * The command line.
 *
 * Read by Commander: it has no dependencies, runs on Deno and Node, writes the help, and guesses what a misspelt flag or
 * command was meant to be. Each command's work is loaded when it is asked for.
 *
 * @module
 */

import { Argument, Command, CommanderError, Option } from "commander";
import {
  type Environment,
  EXEC_SETTINGS,
  MEMBER_SETTINGS,
  optionsOf,
  readSettings,
  SIDECAR_SETTINGS,
} from "./settings.ts";
import { complain } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";

/** For mistakes on the command line, as shells have it. */
const MISUSE = 2;

const PEERS = "10.0.0.7:12345,10.0.0.8:12345,10.0.0.9:12345";

const EXAMPLES = {
  program: `
Examples:
  democracy join --source 10.0.0.7:12345 --peers ${PEERS}
  democracy exec --config /etc/democracy.yaml -- node scheduler.js
  democracy sidecar --config /etc/democracy.yaml --http :4040
  democracy status

Each option may also be a variable of the environment, or stand in a YAML or JSON file named by --config: --cluster-size 3
is DEMOCRACY_CLUSTER_SIZE=3, or "clusterSize: 3". Flags come before variables, and these before the file.`,
  join: `
Examples:
  democracy join --source 10.0.0.7:12345 --peers ${PEERS}
  democracy join --config member.yaml --format json | jq 'select(.type == "elected")'`,
  exec: `
The command gets the fencing token as DEMOCRACY_TOKEN. When the lead is lost the command's process group gets SIGTERM and,
after the grace period, SIGKILL, before the lease could belong to another; then this waits to lead again. It ends with the
command's own exit code, with 128 and the number of the signal that ended it, or with 75 after a loss with --once.

Examples:
  democracy exec --source 10.0.0.7:12345 --peers ${PEERS} -- ./migrate.sh --all
  democracy exec --config member.yaml --interval 1s --timeout 10s --grace 3s -- node scheduler.js`,
  sidecar: `
Endpoints: / (as the leader-elector sidecar), /leader, /healthz, /readyz, /members, /state, /events, /sse, /metrics, and
POST /resign with --resign-token, and a page to watch at /ui/ with --ui.

Examples:
  democracy sidecar --source 10.0.0.7:12345 --peers ${PEERS}
  democracy sidecar --election=jobs --id=pod-1 --http=0.0.0.0:4040 --ttl=10s --service=jobs`,
  status: `
Ends with 0 when a leader is known, with 3 when none is, and with 69 when no member answers.

Examples:
  democracy status
  democracy status 10.0.0.7:4040 --json`,
};

/** Runs what the arguments say; resolves with the exit code. */
export async function run(args: readonly string[], environment: Environment): Promise<number> {
  let code: Promise<number> | undefined;
  const program = build(environment, (work) => code = work);
  try {
    await program.parseAsync([...args], { from: "user" });
    return await code ?? 0;
  } catch (error) {
    return explain(error, program);
  }
}

function build(environment: Environment, start: (work: Promise<number>) => void): Command {
  const program = new Command("democracy")
    .description("Leader election among processes, without a lock server")
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('Try "democracy --help".')
    .addHelpText("after", EXAMPLES.program);
  const add = (name: string, description: string, examples: string): Command =>
    program.command(name).description(description).exitOverride().addHelpText("after", examples)
      .showHelpAfterError(`Try "democracy ${name} --help".`);

  const joins = add("join", "takes part in an election, and prints what happens", EXAMPLES.join)
    .addOption(new Option("--format <format>", "text or json; default: text on a terminal, json in a pipe"));
  const sidecar = add("sidecar", "takes part, and serves HTTP for other programs on this machine", EXAMPLES.sidecar)
    .addOption(new Option("--format <format>", "text or json; default: text on a terminal, json in a pipe"));
  for (const [command, serves] of [[joins, false], [sidecar, true]] as const) {
    const settings = [...MEMBER_SETTINGS, ...SIDECAR_SETTINGS];
    for (const option of optionsOf(settings)) command.addOption(option);
    command.action((flags) =>
      start((async () => {
        const values = await readSettings(settings, flags, environment);
        const { join } = await import("./join.ts");
        return join({ values, environment, format: flags.format, serves });
      })())
    );
  }

  const execs = add("exec", "runs a command while this member leads, and never otherwise", EXAMPLES.exec)
    .addArgument(new Argument("<command...>", "the command and its arguments; best after --"))
    .passThroughOptions();
  const execSettings = [...MEMBER_SETTINGS, ...EXEC_SETTINGS];
  for (const option of optionsOf(execSettings)) execs.addOption(option);
  execs.action((command: string[], flags) =>
    start((async () => {
      const values = await readSettings(execSettings, flags, environment);
      const { exec } = await import("./exec.ts");
      return exec(command, values, environment);
    })())
  );

  add("status", "asks a running member who leads", EXAMPLES.status)
    .addArgument(new Argument("[address]", "its --http address").default("127.0.0.1:4040"))
    .addOption(new Option("--json", "prints what the member answers"))
    .action((address: string, flags: { readonly json?: boolean }) =>
      start((async () => {
        const { status } = await import("./status.ts");
        return status(address, flags.json === true);
      })())
    );
  return program;
}

function explain(error: unknown, program: Command): number {
  // Commander has said what is to be said; asking for help is no mistake.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSE;
  const wrong = error instanceof UsageError || error instanceof TypeError || error instanceof RangeError;
  complain(error instanceof Error ? error.message : String(error));
  if (wrong) complain(`Try "${program.name()} --help".`);
  return wrong ? MISUSE : 1;
}
