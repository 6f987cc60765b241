/**
 * What is added in one place and forgotten in another does not compile. Each addition is planted by a declaration of its own, beside the
 * library as it is, and all are checked at once.
 */

import { assertEquals } from "@std/assert";
import ts from "typescript";
import { ROOT } from "../scripts/harness/process.ts";

/** What is added: to which interface of which file, and the files that the compiler must ask for it. */
interface Addition {
  readonly file: string;
  readonly to: string;
  readonly wanted: readonly string[];
}

const MESSAGE = "src/core/message/message.ts";
const [BLANK, CODEC] = ["src/core/message/blank.ts", "src/wire/codec.ts"];
const [ASKING, BALLOTS] = ["src/core/election/asking.ts", "src/wire/ballots.ts"];
const [GOSSIP, HEARTBEAT] = ["src/wire/gossip.ts", "src/wire/heartbeat.ts"];

const ADDITIONS: readonly Addition[] = [
  {
    file: "src/leadership/events.ts",
    to: "LifecycleEvents",
    wanted: [
      ...["src/cli/report.ts", "src/leadership/events.ts", "src/sidecar/sidecar.ts", "src/ui/member_page.ts"],
      "src/worker/announcer.ts",
    ],
  },
  { file: "src/options.ts", to: "Options", wanted: ["src/cli/settings.ts", "src/options.ts"] },
  { file: "src/options.ts", to: "Settings", wanted: ["src/options.ts"] },
  { file: MESSAGE, to: "Status", wanted: [BLANK, "src/core/speak.ts", HEARTBEAT] },
  { file: MESSAGE, to: "Ping", wanted: [BLANK, "src/core/membership/sending.ts", HEARTBEAT] },
  { file: MESSAGE, to: "Ack", wanted: [BLANK, "src/core/membership/sending.ts", HEARTBEAT] },
  { file: MESSAGE, to: "Request", wanted: [BLANK, ASKING, BALLOTS] },
  { file: MESSAGE, to: "Answer", wanted: [BLANK, "src/core/election/support.ts", BALLOTS] },
  { file: MESSAGE, to: "Claim", wanted: [ASKING, BALLOTS] },
  { file: MESSAGE, to: "TermId", wanted: ["src/core/election/candidate.ts", BALLOTS] },
  { file: MESSAGE, to: "Vote", wanted: ["src/core/election/voter.ts", BALLOTS] },
  { file: MESSAGE, to: "VoterList", wanted: ["src/core/membership/electorate.ts", HEARTBEAT] },
  { file: MESSAGE, to: "Gossip", wanted: [BLANK, "src/core/membership/sending.ts", GOSSIP] },
  { file: MESSAGE, to: "LeaderHint", wanted: [BLANK, "src/core/election/word.ts", GOSSIP] },
  { file: MESSAGE, to: "AliveRumor", wanted: ["src/core/membership/gossip.ts", GOSSIP] },
  { file: MESSAGE, to: "SuspectRumor", wanted: ["src/core/membership/gossip.ts", GOSSIP] },
  { file: MESSAGE, to: "DeadRumor", wanted: ["src/core/membership/gossip.ts", GOSSIP] },
  { file: MESSAGE, to: "Release", wanted: ["src/core/election/releases.ts", CODEC] },
  { file: MESSAGE, to: "ReleasedTerm", wanted: ["src/core/election/candidate.ts", BALLOTS] },
  { file: MESSAGE, to: "Leave", wanted: ["src/core/closing.ts", CODEC] },
  { file: MESSAGE, to: "Probe", wanted: ["src/core/membership/probing.ts", CODEC] },
  { file: MESSAGE, to: "Vouch", wanted: ["src/core/membership/probing.ts", CODEC] },
  { file: MESSAGE, to: "Nack", wanted: ["src/core/membership/probing.ts", CODEC] },
  { file: MESSAGE, to: "Pull", wanted: ["src/core/membership/anti_entropy.ts", CODEC] },
  { file: MESSAGE, to: "Page", wanted: ["src/core/membership/anti_entropy.ts", CODEC] },
];

const ENTRIES = ["mod.ts", "src/worker/entry.ts", "src/cli/mod.ts", "src/sidecar/mod.ts", "src/ui/mod.ts"];

/** The name of the member that is added to an interface. */
function plantIn(name: string): string {
  return `plantedIn${name}`;
}

/**
 * The files in which the compiler finds something wrong, and what it says of each. It is TypeScript itself that is asked: Deno would
 * remember what it found, and tell it of the library as it is. What it cannot resolve, as packages, has no type and is no matter.
 */
function complaints(): { readonly file: string; readonly text: string }[] {
  // TypeScript has slashes on every system.
  const root = ROOT.replaceAll("\\", "/");
  const planted = `${root}/tests/plants.ts`;
  const plants = ADDITIONS.map(({ file, to }) =>
    `declare module "../${file}" { interface ${to} { ${plantIn(to)}: "planted" } }`
  );
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, allowImportingTsExtensions: true, skipLibCheck: true, types: [] },
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts"],
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  const text = `${plants.join("\n")}\nexport {};\n`;
  host.fileExists = (name) => name === planted || fileExists(name);
  host.readFile = (name) => name === planted ? text : readFile(name);
  host.getSourceFile = (name, version, ...others) =>
    name === planted ? ts.createSourceFile(name, text, version) : getSourceFile(name, version, ...others);
  const program = ts.createProgram([...ENTRIES.map((entry) => `${root}/${entry}`), planted], options, host);
  return program.getSemanticDiagnostics().flatMap(({ file, messageText }) =>
    file === undefined
      ? []
      : [{ file: file.fileName.slice(ROOT.length + 1), text: ts.flattenDiagnosticMessageText(messageText, "\n") }]
  );
}

Deno.test("an addition that is forgotten where it is needed does not compile", async (t) => {
  const found = complaints();
  for (const { file, to, wanted } of ADDITIONS) {
    await t.step(`to ${to} of ${file}`, () => {
      const asked = new Set(found.filter(({ text }) => text.includes(plantIn(to))).map((each) => each.file));
      assertEquals(
        wanted.filter((each) => !asked.has(each)),
        [],
        `the compiler asks for a new member of ${to} in ${[...asked].join(", ") || "no file"}; also wanted`,
      );
    });
  }
});
