/**
 * The command line.
 *
 * Read by Commander: it has no dependencies, runs on Deno and Node, writes the help, and guesses what a misspelt flag or
 * command was meant to be. It leaves completion in shells to others: @bomb.sh/tab, small and without dependencies as well, reads
 * Commander's own description of the commands, so that nothing has to be said twice. Each command's work is loaded when it is
 * asked for.
 *
 * @module
 */

import complete from "@bomb.sh/tab/commander";
import { Argument, Command, CommanderError } from "commander";
import { HELP } from "./help.ts";
import {
  type Environment,
  EXEC_SETTINGS,
  MANIFEST_SETTINGS,
  MEMBER_SETTINGS,
  misspeltVariables,
  optionsOf,
  readSettings,
  SIDECAR_SETTINGS,
  STATUS_SETTINGS,
} from "./settings.ts";
import { complain, complainOf } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";
import { VERSION } from "./version.ts";

/** For mistakes on the command line, as shells have it. */
const MISUSE = 2;

/** Takes the work of a command; it resolves with the exit code. */
type Start = (work: () => Promise<number>) => void;

/** Runs what the arguments say; resolves with the exit code. */
export async function run(args: readonly string[], environment: Environment): Promise<number> {
  let code: Promise<number> | undefined;
  const program = build(environment, (work) => code = work());
  try {
    await program.parseAsync([...args], { from: "user" });
    return await code ?? 0;
  } catch (error) {
    return explain(error, args[0]);
  }
}

/** Says what looks like a setting and is none, and reads the rest. */
function readAll(...wanted: Parameters<typeof readSettings>): ReturnType<typeof readSettings> {
  for (const text of misspeltVariables(wanted[2])) complain(text);
  return readSettings(...wanted);
}

function build(environment: Environment, start: Start): Command {
  const program = new Command("democracy")
    .description("Leader election among processes, without a lock server")
    .version(VERSION, "--version", "prints the version")
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('Try "democracy --help".')
    .addHelpText("after", HELP.program);
  addJoining(program, environment, start);
  addExec(program, environment, start);
  addStatus(program, environment, start);
  addManifests(program, environment, start);
  complete(program);
  program.commands.find((command) => command.name() === "complete")?.description(
    "prints what a shell needs to complete",
  )
    .showHelpAfterError('Try "democracy complete --help".').addHelpText("after", HELP.complete);
  return program;
}

function add(program: Command, name: Exclude<keyof typeof HELP, "program">, description: string): Command {
  return program.command(name).description(description).exitOverride().addHelpText("after", HELP[name])
    .showHelpAfterError(`Try "democracy ${name} --help".`);
}

function addJoining(program: Command, environment: Environment, start: Start): void {
  const joins = add(program, "join", "takes part in an election, and prints what happens");
  const sidecar = add(program, "sidecar", "takes part, and serves HTTP for other programs on this machine");
  const settings = [...MEMBER_SETTINGS, ...SIDECAR_SETTINGS];
  for (const [command, serves] of [[joins, false], [sidecar, true]] as const) {
    for (const option of optionsOf(settings)) command.addOption(option);
    command.action((flags) =>
      start(async () => {
        const values = await readAll(settings, flags, environment);
        const { join } = await import("./join.ts");
        return join({ values, environment, serves });
      })
    );
  }
}

function addExec(program: Command, environment: Environment, start: Start): void {
  const command = add(program, "exec", "runs a command while this member leads, and never otherwise")
    .addArgument(new Argument("<command...>", "the command and its arguments; best after --"))
    .passThroughOptions();
  const settings = [...MEMBER_SETTINGS, ...EXEC_SETTINGS];
  for (const option of optionsOf(settings)) command.addOption(option);
  command.action((words: string[], flags) =>
    start(async () => {
      const values = await readAll(settings, flags, environment);
      const { exec } = await import("./exec.ts");
      return exec(words, values, environment);
    })
  );
}

function addStatus(program: Command, environment: Environment, start: Start): void {
  const command = add(program, "status", "asks a running member who leads")
    .addArgument(new Argument("[address]", "its --http address; default 127.0.0.1:4040"));
  for (const option of optionsOf(STATUS_SETTINGS)) command.addOption(option);
  command.action((address: string | undefined, flags) =>
    start(async () => {
      const { http, json } = await readAll(
        STATUS_SETTINGS,
        { ...flags, http: address ?? flags.http },
        environment,
      );
      const { status } = await import("./status.ts");
      return status(http, json === true);
    })
  );
}

function addManifests(program: Command, environment: Environment, start: Start): void {
  const command = add(program, "manifests", "prints what an application with an election needs in Kubernetes");
  for (const option of optionsOf(MANIFEST_SETTINGS)) command.addOption(option);
  command.action((flags) =>
    start(async () => {
      const values = await readAll(MANIFEST_SETTINGS, flags, environment);
      const { printManifests } = await import("./manifests.ts");
      return printManifests(values);
    })
  );
}

function explain(error: unknown, command: string | undefined): number {
  // Commander has said what is to be said; asking for help is no mistake.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSE;
  const wrong = error instanceof UsageError || error instanceof TypeError || error instanceof RangeError;
  complainOf(error);
  if (wrong) complain(`Try "democracy ${command} --help".`);
  return wrong ? MISUSE : 1;
}
