import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freeAddresses } from "../../scripts/harness/addresses.ts";
import { until } from "../../scripts/harness/waiting.ts";
import { Command, runCli } from "../../scripts/harness/command.ts";

const ALONE = ["--source", "127.0.0.1:0", "--peers", "", "--interval", "50", "--timeout", "500ms"];

Deno.test("--help names the commands, and each has examples", async () => {
  const { code, stdout } = await runCli(["--help"]);
  assertEquals(code, 0);
  const commands =
    /^Commands:\n((?: {2}.*\n)+)/mu.exec(stdout)?.[1]?.match(/^ {2}[a-z]+/gmu)?.map((name) => name.trim()) ?? [];
  assertEquals(commands, ["join", "sidecar", "exec", "status", "manifests", "complete", "help"]);
  for (const command of commands.filter((name) => name !== "help")) {
    const help = await runCli([command, "--help"]);
    assertEquals(help.code, 0, command);
    assertMatch(help.stdout, new RegExp(`Examples:\n  .*democracy ${command}`, "u"));
  }
});

Deno.test("mistakes end with 2, and say what was meant or missing", async () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["joim"], "(Did you mean join?)"],
    [["join", "--peer", "a:1"], "(Did you mean --peers?)"],
    [["join"], "Cannot join without source: set --source"],
    [["join", "--source", "127.0.0.1:0"], "Cannot join without peers: set --peers"],
    [["join", ...ALONE, "--interval", "400"], '"timeout" must be at least 3 times "interval" (400)'],
    [["join", ...ALONE, "--format", "xml"], "Allowed choices are text, json."],
    [["join", ...ALONE, "--config", "/none/such"], "Cannot read the configuration /none/such"],
    [["sidecar", ...ALONE, "--http", "nowhere"], 'must be like "127.0.0.1:4040", got "nowhere"'],
    [["manifests", "--name", "App"], "--name must be a letter and then"],
    [["complete", "tcsh"], "Allowed choices are zsh, bash, fish, powershell."],
    [["exec", ...ALONE], "missing required argument 'command'"],
    [["exec", ...ALONE, "--", ""], 'Cannot run a command without a name, got ""'],
    [["exec", ...ALONE, "--grace", "5s", "--", "true"], '"grace" must be from 0 to'],
    [["exec", ...ALONE, "--preempt", "--", "true"], "Cannot run a command with preempt"],
    [["exec", ...ALONE, "--stall-timeout", "600ms", "--", "true"], '"stallTimeout" must be at least twice'],
  ];
  for (const [args, expected] of cases) {
    const { code, stderr, stdout } = await runCli(args);
    assertStringIncludes(stderr, expected);
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assertMatch(stderr, /Try "democracy/u);
  }
});

Deno.test("join prints a JSON object a line in a pipe, and leaves on SIGTERM", async () => {
  const command = new Command(["join", ...ALONE, "--id", "m0"]);
  try {
    await until("it leads", () => command.events().some(({ type }) => type === "leader"), 20_000);
    command.signal("SIGTERM");
    assertEquals(await command.ended, { code: 0, signal: null });
    const types = command.events().map(({ type }) => type);
    assertEquals(types.filter((type) => type === "joined" || type === "elected" || type === "resigned").sort(), [
      "elected",
      "joined",
      "resigned",
    ]);
    const elected = command.events().find(({ type }) => type === "elected");
    assert(elected?.id === "m0" && typeof elected.token === "number" && typeof elected.at === "string");
  } finally {
    await command.kill();
  }
});

Deno.test("join prints lines for people when asked to", async () => {
  const command = new Command(["join", ...ALONE, "--id", "m0", "--format", "text"]);
  try {
    await until("it leads", () => command.stdout.includes("this member leads with token"), 20_000);
    command.signal("SIGINT");
    assertEquals((await command.ended).code, 0);
    assertMatch(command.stdout, /^\d\d:\d\d:\d\d\.\d{3} {2}joined {4}m0 at 127\.0\.0\.1:\d+$/mu);
  } finally {
    await command.kill();
  }
});

Deno.test("sidecar understands the leader-elector sidecar's flags, and status asks it", async () => {
  const [source = ""] = await freeAddresses(1);
  const command = new Command(
    [
      "sidecar",
      "--election=jobs",
      "--id=pod-1",
      "--http=127.0.0.1:0",
      "--ttl=2s",
      "--election-namespace=default",
      "--ui",
    ],
    { DEMOCRACY_SOURCE: source, DEMOCRACY_PEERS: source, DEMOCRACY_RESIGN_TOKEN: "s3cret" },
  );
  try {
    await until("it serves", () => /serving http:\/\/\S+\n/u.test(command.stderr), 20_000);
    const address = /serving http:\/\/(\S+)/u.exec(command.stderr)?.[1] ?? "";
    await until("it leads", () => command.events().some(({ type }) => type === "elected"), 20_000);
    assertEquals(await (await fetch(`http://${address}/`)).text(), '{"name":"pod-1"}');
    const page = await fetch(`http://${address}/ui/`);
    assertEquals(page.status, 200);
    assertStringIncludes(await page.text(), "<html");
    const json = await runCli(["status", address, "--json"]);
    const state = JSON.parse(json.stdout);
    assertEquals([json.code, state.cluster, state.id, state.leading], [0, "jobs", "pod-1", true]);
    assert(state.remaining > 1000, "of a lease of 2 s");
    const { code, stdout } = await runCli(["status", address]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, `pod-1 at ${source} in jobs: leads with token ${state.token}`);
    const resigned = await fetch(`http://${address}/resign`, {
      method: "POST",
      headers: { authorization: "Bearer s3cret" },
    });
    assertEquals([resigned.status, await resigned.text()], [200, '{"resigned":true}\n']);
    command.signal("SIGTERM");
    assertEquals((await command.ended).code, 0);
    const gone = await runCli(["status", address]);
    assertEquals(gone.code, 69);
    assertStringIncludes(gone.stderr, "No member answers");
  } finally {
    await command.kill();
  }
});

Deno.test("a sidecar that ends tells those who read its events that it leads no longer", async () => {
  const command = new Command(["sidecar", ...ALONE, "--http", "127.0.0.1:0"]);
  try {
    await until("it leads", () => command.events().some(({ type }) => type === "elected"), 20_000);
    const address = /serving http:\/\/(\S+)/u.exec(command.stderr)?.[1] ?? "";
    const { body } = await fetch(`http://${address}/events`);
    command.signal("SIGTERM");
    let text = "";
    // A connection that is cut in the middle would reject here.
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) text += chunk;
    assertMatch(text, /"type":"resigned",.*"reason":"closed"/u);
    assertEquals((await command.ended).code, 0);
  } finally {
    await command.kill();
  }
});

Deno.test("an address that is in use ends the program with 1, and says so once", async () => {
  const first = new Command(["join", ...ALONE, "--http", "127.0.0.1:0"]);
  try {
    await until("it has joined", () => first.events().some(({ type }) => type === "joined"), 20_000);
    const source = String(first.events().find(({ type }) => type === "joined")?.source);
    const bound = await runCli(["join", "--source", source, "--peers", ""]);
    assertEquals(bound.code, 1);
    assertEquals(bound.stderr.split("\n").filter((line) => line.includes(`Cannot bind ${source}`)).length, 1);
    const http = /serving http:\/\/(\S+)/u.exec(first.stderr)?.[1] ?? "";
    const served = await runCli(["sidecar", ...ALONE, "--http", http]);
    assertEquals([served.code, served.stdout], [1, ""], "nobody was elected");
    assertStringIncludes(served.stderr, `Cannot serve HTTP on ${http}: something else listens there`);
    first.signal("SIGTERM");
    await first.ended;
  } finally {
    await first.kill();
  }
});

Deno.test("--version is that of the package", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  assertEquals(await runCli(["--version"]), { code: 0, stdout: `${version}\n`, stderr: "" });
});

Deno.test("shells are helped to complete commands, flags and choices", async () => {
  const completions = async (...words: string[]): Promise<string[]> =>
    (await runCli(["complete", "--", ...words])).stdout.split("\n").map((line) => line.split("\t", 1).join());
  assertEquals((await completions("ma")).slice(0, 1), ["manifests"]);
  assertEquals((await completions("exec", "--gra")).slice(0, 1), ["--grace"]);
  assertEquals((await completions("manifests", "--workload", "")).slice(0, 2), ["statefulset", "deployment"]);
  for (const shell of ["bash", "zsh", "fish", "powershell"]) {
    const { code, stdout, stderr } = await runCli(["complete", shell]);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /democracy["']? complete\b/u);
  }
});

Deno.test("a secret comes from a flag, a variable or a file, and a short one is warned of", async () => {
  const path = await Deno.makeTempFile({ prefix: "democracy_" });
  const member = ["exec", "--source", "127.0.0.1:0", "--peers", "", "--interval", "50ms", "--timeout", "1s"];
  const run = (flags: readonly string[], environment?: Record<string, string>) =>
    runCli([...member, ...flags, "--", "true"], environment);
  try {
    await Deno.writeTextFile(path, "short\n");
    for (
      const outcome of await Promise.all([
        run(["--secret-file", path]),
        run([], { DEMOCRACY_SECRET_FILE: path }),
        run([], { DEMOCRACY_SECRET: "0123456789abcdef\nshort" }),
      ])
    ) {
      assertEquals(outcome.code, 0, outcome.stderr);
      assertStringIncludes(outcome.stderr, 'democracy: "secret" has fewer than 16 bytes');
    }
    const both = await run(["--secret-file", path], { DEMOCRACY_SECRET: "0123456789abcdef" });
    assertEquals(both.code, 2);
    assertStringIncludes(both.stderr, "Cannot join with both secret and secretFile");
    const missing = await run(["--secret-file", `${path}/none`]);
    assertEquals(missing.code, 2);
    assertStringIncludes(missing.stderr, `Cannot read the secret file ${path}/none: `);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a program that imports the command line is not the command line, nor is a worker, and a link to it is", async () => {
  const folder = await Deno.makeTempDir({ prefix: "democracy_cli_" });
  const entry = fileURLToPath(new URL("../../src/cli/mod.ts", import.meta.url));
  const map = fileURLToPath(new URL("../npm_only.import_map.json", import.meta.url));
  const run = async (program: string): Promise<{ readonly code: number; readonly stdout: string }> => {
    const args = ["run", "-A", "--quiet", "--no-check", "--import-map", map, program, "--version"];
    const { code, stdout } = await new Deno.Command(Deno.execPath(), { args, stdin: "null", stderr: "inherit" })
      .output();
    return { code, stdout: new TextDecoder().decode(stdout) };
  };
  try {
    const imports = `import { main } from ${JSON.stringify(new URL("../../src/cli/mod.ts", import.meta.url).href)};`;
    await Deno.writeTextFile(`${folder}/worker.ts`, `${imports} postMessage(typeof main);`);
    await Deno.writeTextFile(
      `${folder}/imports.ts`,
      `${imports}
      const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
      worker.onmessage = ({ data }) => { console.log(typeof main, data); worker.terminate(); };`,
    );
    assertEquals(await run(`${folder}/imports.ts`), { code: 0, stdout: "function function\n" });
    // A folder by another name, as a workspace has it: a link to the file alone would look for its imports beside itself.
    await Deno.symlink(dirname(dirname(entry)), `${folder}/src`);
    const { version } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
    assertEquals(await run(`${folder}/src/cli/mod.ts`), { code: 0, stdout: `${version}\n` });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
