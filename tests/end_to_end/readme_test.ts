import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { firstSteps } from "../readme.ts";
import { freeAddresses } from "../../scripts/harness/addresses.ts";
import { until } from "../../scripts/harness/waiting.ts";

const IMPORT_MAP = fileURLToPath(new URL("../npm_only.import_map.json", import.meta.url));

/** The README's first program in a process of its own, with the permissions that the README names for source on disk. */
class Program {
  stdout = "";
  stderr = "";
  readonly ended: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;
  #gone = false;

  constructor(file: string, address: string) {
    const permissions = ["--no-prompt", "--allow-net", "--allow-read"];
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", ...permissions, "--quiet", "--no-check", "--import-map", IMPORT_MAP, file, address],
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reading = [
      this.#read(this.#child.stdout, (text) => this.stdout += text),
      this.#read(this.#child.stderr, (text) => this.stderr += text),
    ];
    this.ended = Promise.all([this.#child.status, ...reading]).then(([status]) => {
      this.#gone = true;
      return status;
    });
  }

  async #read(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) take(text);
  }

  /** The tokens under which it has worked, one for each piece of work. */
  get tokens(): number[] {
    return Array.from(
      this.stdout.matchAll(/^I lead, and send an invoice under token (\d+)$/gm),
      ([, token]) => Number(token),
    );
  }

  async kill(): Promise<void> {
    if (!this.#gone) this.#child.kill("SIGKILL");
    await this.ended;
  }
}

async function withPrograms(
  test: (programs: Program[], addresses: string[], folder: string) => Promise<void>,
): Promise<void> {
  const addresses = await freeAddresses(3);
  const folder = await Deno.makeTempDir({ prefix: "democracy_readme_" });
  const programs: Program[] = [];
  try {
    const { program, args } = await firstSteps(addresses);
    await Deno.writeTextFile(`${folder}/invoices.mjs`, program);
    for (const address of args) programs.push(new Program(`${folder}/invoices.mjs`, address));
    await test(programs, addresses, folder);
  } finally {
    await Promise.all(programs.map((program) => program.kill()));
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the README's first program works as it stands there: one of three works, and another after it", async () => {
  await withPrograms(async (programs, addresses) => {
    const working = (others: readonly Program[]): Program[] => others.filter(({ tokens }) => tokens.length >= 2);
    await until("one of the three has sent two invoices", () => working(programs).length > 0, 60_000);
    const [first] = working(programs);
    assert(first !== undefined);
    const rest = programs.filter((program) => program !== first);
    const told = programs.map(({ stdout, stderr }, index) => `${index}: ${stdout}${stderr}`).join("\n");
    // One that starts late may find the lead passed on: what counts is that nobody works under the same token.
    const [token = 0] = first.tokens.slice(-1);
    for (const program of rest) {
      assertEquals(program.tokens.includes(token), false, `two worked under ${token}:\n${told}`);
    }
    await first.kill();
    const before = Math.max(...programs.flatMap(({ tokens }) => tokens));
    await until(
      `another sends invoices, after\n${told}`,
      () => rest.some(({ tokens }) => tokens.filter((each) => each > before).length >= 2),
      60_000,
    );
    for (const [index, { stdout }] of programs.entries()) {
      assertEquals(stdout.split("\n", 1), [`I am here, at ${addresses[index]}`], "each says where it is, first");
    }
    for (const { tokens, stderr } of rest) {
      assertEquals(tokens, [...tokens].sort((a, b) => a - b), "tokens grow");
      assertEquals(stderr, "", "a program that works has nothing to complain of");
    }
    assertGreater(Math.max(...rest.flatMap(({ tokens }) => tokens)), token);
    const next = rest.find(({ tokens }) => tokens.some((each) => each > before));
    await next?.kill();
    const [last] = rest.filter((program) => program !== next);
    await until("the last one says why it does nothing", () => last?.stderr !== "", 60_000);
    assertMatch(
      last?.stderr ?? "",
      /^democracy: Nobody can be elected: 1 of 3 voters answers, 2 are needed; silent: 127/m,
    );
  });
});

Deno.test("the README's first program ends where its address is taken, and says so", async () => {
  await withPrograms(async (programs, addresses, folder) => {
    await until("one of the three works", () => programs.some(({ tokens }) => tokens.length > 0), 60_000);
    const second = new Program(`${folder}/invoices.mjs`, addresses[0] ?? "");
    const { code } = await second.ended;
    assertEquals([code, second.stdout], [1, ""], second.stderr);
    assertMatch(second.stderr, /^democracy: The election failed on this machine: AddressInUseError: Cannot bind/m);
    assertMatch(second.stderr, /^error: .*AddressInUseError/m);
  });
});
